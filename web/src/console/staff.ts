import { useQuery } from "@tanstack/react-query";

import { type Staff, staffApi } from "../api/console";
import { useAllowed, useAuthStore, useSelf } from "../features/account/useAuth";

export const staffName = ({ name, email }: Pick<Staff, "name" | "email">): string => name || email;

/** The staff, and what to call one of them by id: names where they may be known. */
export function useStaff() {
  const auth = useAuthStore();
  const me = useSelf();
  const allowed = useAllowed("users:read");
  const staff = useQuery({
    queryKey: ["staff"],
    queryFn: () => auth.with(staffApi.list),
    enabled: allowed,
  });
  const members = staff.data?.items ?? [];
  const nameOf = (id: string | null): string | null => {
    if (id === null) return null;
    if (id === me.user?.id) return "You";
    const found = members.find((member) => member.id === id);
    return found === undefined ? id : staffName(found);
  };
  return { members, nameOf };
}
