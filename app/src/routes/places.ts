// The four places and their navigation. Up to five entries each: more do not fit under a thumb.
import CalendarDays from "@lucide/svelte/icons/calendar-days";
import FileText from "@lucide/svelte/icons/file-text";
import BadgeCheck from "@lucide/svelte/icons/badge-check";
import History from "@lucide/svelte/icons/history";
import House from "@lucide/svelte/icons/house";
import Inbox from "@lucide/svelte/icons/inbox";
import ScanSearch from "@lucide/svelte/icons/scan-search";
import ShieldCheck from "@lucide/svelte/icons/shield-check";
import UserRoundCheck from "@lucide/svelte/icons/user-round-check";
import UserRoundPlus from "@lucide/svelte/icons/user-round-plus";
import UsersRound from "@lucide/svelte/icons/users-round";
import { t, type NavItem } from "#app/ui/index.ts";

/** A place: where it is, what it is called, whether one needs an open vault there. */
export type Place = {
  id: "patient" | "provider" | "registrar" | "auditor";
  home: string;
  label: string;
  vault: boolean;
  nav: readonly NavItem[];
};

/** The kind of provider that has members. */
export const ORGANISATION = 7;

/** The places, in the order in which the account menu lists them, in the language in use. `kind`: the provider's own. */
export const listPlaces = (kind?: number): readonly Place[] => [
  {
    id: "patient",
    home: "/patient",
    label: t("nav.patient"),
    vault: true,
    nav: [
      { href: "/patient", label: t("nav.home"), icon: House },
      { href: "/patient/records", label: t("nav.records"), icon: FileText },
      { href: "/patient/consents", label: t("nav.consents"), icon: ShieldCheck },
      { href: "/patient/appointments", label: t("nav.appointments"), icon: CalendarDays },
      { href: "/patient/activity", label: t("nav.activity"), icon: History },
    ],
  },
  {
    id: "provider",
    home: "/provider",
    label: t("nav.provider"),
    vault: true,
    nav: [
      { href: "/provider", label: t("nav.patients"), icon: UsersRound },
      { href: "/provider/requests", label: t("nav.requests"), icon: Inbox },
      { href: "/provider/appointments", label: t("nav.appointments"), icon: CalendarDays },
      { href: "/provider/credential", label: t("nav.credential"), icon: BadgeCheck },
      ...(kind === ORGANISATION
        ? [{ href: "/provider/organisation", label: t("nav.members"), icon: UserRoundPlus }]
        : []),
    ],
  },
  {
    id: "registrar",
    home: "/registrar",
    label: t("nav.registrar"),
    vault: false,
    nav: [
      { href: "/registrar", label: t("nav.applications"), icon: Inbox },
      { href: "/registrar/auditors", label: t("nav.auditors"), icon: UserRoundCheck },
    ],
  },
  {
    id: "auditor",
    home: "/auditor",
    label: t("nav.auditor"),
    vault: false,
    nav: [{ href: "/auditor", label: t("nav.histories"), icon: ScanSearch }],
  },
];

/** The place that a path lies in. */
export function placeOf(path: string, kind?: number): Place | undefined {
  return listPlaces(kind).find((place) => path === place.home || path.startsWith(`${place.home}/`));
}

/** Where somebody with these roles begins: an office before care, care before one's own records. */
export function homeOf(roles: readonly string[]): string {
  const first = (["registrar", "auditor", "provider"] as const).find((role) => roles.includes(role));
  return first ? `/${first}` : "/patient";
}
