// The views of the demo's pools of API3: each pool itself, its figures, accounts and payouts, one of each.
import { isOfPool, look } from './views.mjs';

await look(place => isOfPool(place) && ['api3', 'feeds'].includes(place.pool));
