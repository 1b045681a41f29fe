#!/usr/bin/env node
import { launch } from '../reference/launch.js';

await launch('conformance/cli/main');
