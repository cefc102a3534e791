// Edition 1: its categories, in the order in which they are shown. It never changes; what has to change makes a new edition.
import { frozen, type Category } from '../category.js';
import { circuitBreaker } from './circuit-breaker.js';
import { flags } from './flags.js';
import { mev } from './mev.js';
import { monitoring } from './monitoring.js';
import { profiles } from './profiles.js';
import { riskLimits } from './risk-limits.js';
import { risk } from './risk.js';
import { token } from './token.js';
import { trader } from './trader.js';

export const EDITION_1: readonly Category[] = frozen([trader, risk, riskLimits, mev, token, circuitBreaker, monitoring, profiles, flags]);
