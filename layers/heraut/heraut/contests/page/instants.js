// Instants that a calendar has, and no other: browsers take the 31st of February for the 3rd of March.

// Give [year, month, day, hour, minute, second] in UTC as Unix seconds; null where no clock ever shows it.
export function secondsOf(parts) {
  const [year, month, ...rest] = parts;
  const at = new Date(Date.UTC(year, month - 1, ...rest));
  const shown = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
  return shown.every((one, place) => one === parts[place]) ? at.getTime() / 1000 : null;
}
