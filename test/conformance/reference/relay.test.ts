import { holds } from './whole.ts';

holds('rs-s', 'codec');
