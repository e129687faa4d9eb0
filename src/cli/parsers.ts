export { PARSERS } from '../../parsers/index.js';
