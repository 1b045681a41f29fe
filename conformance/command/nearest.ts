/** The known word that somebody most likely meant, the same for all programs of this project. */
export { didYouMean, nearest } from '../../reference/nearest.ts';
