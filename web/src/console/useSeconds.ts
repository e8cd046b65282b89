import { tickingEvery } from "../data/ticking";

/** The time, a second fine, for what runs out. */
export const useSeconds = tickingEvery(1_000);
