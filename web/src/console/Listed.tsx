import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import type { Page } from "../api/console";
import { Pager } from "./Pager";
import { Failed, Loading } from "./states";

type ListedProps<T> = {
  /** In the plural: "tickets". */
  what: string;
  found: UseQueryResult<Page<T>>;
  page: number;
  size: number;
  empty: ReactNode;
  onPage: (page: number) => void;
  children: (items: T[]) => ReactNode;
};

/** A list in whatever state it is: on its way, failed, empty, or there, with the way to its other pages. */
export function Listed<T>(props: ListedProps<T>) {
  const { what, found, page, size, empty, onPage, children } = props;
  const { data } = found;
  return (
    <>
      {found.isError && (
        <Failed
          what={`The ${what}`}
          error={found.error}
          onRetry={() => {
            void found.refetch();
          }}
        />
      )}
      {found.isPending && <Loading what={`the ${what}`} />}
      {data !== undefined && (
        <>
          {data.items.length === 0 ? empty : children(data.items)}
          <Pager page={page} size={size} total={data.total} onPage={onPage} />
        </>
      )}
    </>
  );
}
