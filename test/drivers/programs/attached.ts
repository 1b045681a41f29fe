/** Says how many programs run on what comes in at the devices of its namespace. */
import process from 'node:process';
import { attached } from '../kernel/attached.ts';

process.stdout.write(`${attached()}\n`);
