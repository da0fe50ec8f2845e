// The views of the demo's pools of the other protocols.
import { isOfPool, look } from './views.mjs';

await look(place => isOfPool(place) && !['api3', 'feeds'].includes(place.pool));
