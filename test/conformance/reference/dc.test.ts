import { holds } from './whole.ts';

holds('dc');
