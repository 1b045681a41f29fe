#!/usr/bin/env node
import { launch } from '../reference/launch.js';

await launch('adapters/variant');
