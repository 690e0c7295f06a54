export { p1UserTypes } from '../transcript/p1-user-types.js';
