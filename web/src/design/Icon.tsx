import type { ReactNode } from "react";

const PATHS = {
  arrowUp: <path d="M10 16V4.5M5 9.2 10 4.2l5 5" />,
  arrowDown: <path d="M10 4v11.5M5 10.8l5 5 5-5" />,
  arrowRight: <path d="M4 10h11.5M10.8 5l5 5-5 5" />,
  back: <path d="M16 10H4.5M9.2 5l-5 5 5 5" />,
  external: (
    <path d="M8 4.5H5.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1V12M11.5 4.5h4v4M15 5l-6 6" />
  ),
  close: <path d="m5 5 10 10M15 5 5 15" />,
  check: <path d="m4.5 10.5 3.7 3.7 7.3-8" />,
  copy: (
    <>
      <rect x="7.2" y="7.2" width="9" height="9" rx="2" />
      <path d="M12.8 4.8a1.6 1.6 0 0 0-1.6-1H5.6a1.8 1.8 0 0 0-1.8 1.8v5.6c0 .8.4 1.3 1 1.6" />
    </>
  ),
  thumbUp: (
    <path d="M3.8 9h2.7v7.2H3.8zM6.5 9.3 9.6 3.4c1.2 0 2 .9 1.8 2.1l-.5 2.8h3.9c1 0 1.7.9 1.5 1.9l-1 4.7c-.2.8-.8 1.3-1.6 1.3H6.5" />
  ),
  thumbDown: (
    <path d="M16.2 11h-2.7V3.8h2.7zM13.5 10.7l-3.1 5.9c-1.2 0-2-.9-1.8-2.1l.5-2.8H5.2c-1 0-1.7-.9-1.5-1.9l1-4.7c.2-.8.8-1.3 1.6-1.3h7.2" />
  ),
  compose: (
    <>
      <path d="M10.5 4.5H6a1.8 1.8 0 0 0-1.8 1.8V14A1.8 1.8 0 0 0 6 15.8h7.7a1.8 1.8 0 0 0 1.8-1.8V9.5" />
      <path d="m8.3 11.8.4-2.2 5.6-5.6a1.2 1.2 0 0 1 1.7 1.7l-5.6 5.6z" />
    </>
  ),
  sun: (
    <>
      <circle cx="10" cy="10" r="3.2" />
      <path d="M10 3v1.2M10 15.8V17M3 10h1.2M15.8 10H17M5 5l.9.9M14.1 14.1l.9.9M15 5l-.9.9M5.9 14.1 5 15" />
    </>
  ),
  moon: <path d="M16 11.6A6.4 6.4 0 0 1 8.4 4a6.4 6.4 0 1 0 7.6 7.6z" />,
  system: (
    <>
      <rect x="3.4" y="4.4" width="13.2" height="8.8" rx="1.6" />
      <path d="M7.5 16h5M10 13.2V16" />
    </>
  ),
  person: (
    <>
      <circle cx="10" cy="7" r="3" />
      <path d="M4.2 16.2c.7-2.8 3-4.2 5.8-4.2s5.1 1.4 5.8 4.2" />
    </>
  ),
  retry: <path d="M15.8 10a5.8 5.8 0 1 1-1.9-4.3M14.2 3v3h-3" />,
  pencil: <path d="m4.5 15.5.7-3.2 8-8a1.5 1.5 0 0 1 2.1 0l.4.4a1.5 1.5 0 0 1 0 2.1l-8 8z" />,
  book: (
    <path d="M10 5.6C8.6 4.5 6.6 4.2 4 4.3v10.2c2.6-.1 4.6.2 6 1.3 1.4-1.1 3.4-1.4 6-1.3V4.3c-2.6-.1-4.6.2-6 1.3zM10 5.6v10.2" />
  ),
  offline: (
    <path d="M3.5 3.5l13 13M6 10.6a6 6 0 0 1 2.2-1.4M3.6 8a9.5 9.5 0 0 1 2.6-1.7M9.3 5.3A9.5 9.5 0 0 1 16.4 8M12.2 9.4a6 6 0 0 1 1.8 1.2M8.3 13a2.6 2.6 0 0 1 3.4 0M10 15.8h0" />
  ),
  agents: (
    <>
      <path d="M3.5 14.8h13M5 12.2a5 5 0 0 1 10 0zM10 7.2V5.2M8.6 5h2.8" />
    </>
  ),
  menu: <path d="M3.5 6h13M3.5 10h13M3.5 14h13" />,
  more: <path d="M5 10h.01M10 10h.01M15 10h.01" strokeWidth={2.6} />,
  plus: <path d="M10 4.5v11M4.5 10h11" />,
  chevron: <path d="m7.5 4.8 5.2 5.2-5.2 5.2" />,
  search: (
    <>
      <circle cx="9" cy="9" r="4.8" />
      <path d="m12.6 12.6 3.6 3.6" />
    </>
  ),
  eye: (
    <>
      <path d="M2.8 10C4.4 7 7 5.4 10 5.4S15.6 7 17.2 10C15.6 13 13 14.6 10 14.600S4.4 13 2.8 10z" />
      <circle cx="10" cy="10" r="2.2" />
    </>
  ),
  eyeOff: (
    <path d="M3.5 3.500l13 13M8.3 5.600a7.6 7.6 0 0 1 1.7-.2c3 0 5.6 1.6 7.2 4.600a10 10 0 0 1-2 2.600M5.7 6.900A10 10 0 0 0 2.8 10c1.6 3 4.2 4.6 7.2 4.600a7.5 7.5 0 0 0 3.4-.8M8.5 8.500a2.2 2.2 0 0 0 3 3" />
  ),
  archive: (
    <>
      <rect x="3.2" y="4.4" width="13.6" height="3.4" rx="1" />
      <path d="M4.4 7.800v6.700a1.2 1.2 0 0 0 1.2 1.200h8.800a1.2 1.2 0 0 0 1.2-1.200V7.800M8.2 10.800h3.6" />
    </>
  ),
  restore: <path d="M4.2 10a5.8 5.8 0 1 0 1.9-4.300M5.8 3v3h3M10 7.200V10l2 1.4" />,
  trash: (
    <path d="M4 5.800h12M8 5.800V4h4v1.800M5.6 5.800l.7 9.400a1 1 0 0 0 1 .9h5.400a1 1 0 0 0 1-.9l.7-9.4" />
  ),
  lock: (
    <>
      <rect x="4.6" y="9" width="10.8" height="7.2" rx="1.8" />
      <path d="M7 9V6.800a3 3 0 0 1 6 0V9" />
    </>
  ),
  signOut: (
    <path d="M8.5 4.500H5.700a1.2 1.2 0 0 0-1.2 1.200v8.600a1.2 1.2 0 0 0 1.2 1.200h2.800M8.5 10h8M13.3 6.800l3.2 3.2-3.2 3.2" />
  ),
  alert: <path d="M10 3.6 17.2 16H2.800zM10 8.400v3.400M10 13.900v.01" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

/** A line icon in the colour of the text; decoration only, names belong to its button. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
    >
      {PATHS[name]}
    </svg>
  );
}
