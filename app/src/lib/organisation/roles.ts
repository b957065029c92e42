// What members are, in words.
import { findMemberRole, memberRoles } from "#protocol/codes/index.ts";
import { t } from "#app/ui/index.ts";

/** A member's role in words. */
export function roleInWords(role: number): string {
  const id = findMemberRole(role)?.id;
  return id === undefined ? t("organisation.role.none") : t(`organisation.role.${id}`);
}

/** The roles that a member can have, as answers of a form. */
export function roleOptions(): { value: string; label: string; hint: string }[] {
  return memberRoles.flatMap(({ code, id }) =>
    id === "none"
      ? []
      : [{ value: String(code), label: t(`organisation.role.${id}`), hint: t(`organisation.role.${id}.hint`) }],
  );
}
