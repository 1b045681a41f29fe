import { holds } from './whole.ts';

holds('node');
