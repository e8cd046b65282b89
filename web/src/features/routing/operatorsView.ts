import { createContext, useContext } from "react";

/** Whether the chat is looked at by the team: they see why an answer is what it is, customers do not. */
const OperatorsView = createContext(false);

export const OperatorsViewProvider = OperatorsView.Provider;
export const useOperatorsView = (): boolean => useContext(OperatorsView);
