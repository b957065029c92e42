// The way to another gateway than the service's own: through a frame, hostile until a schema has passed it.
export { cardShape, type GatewayCard } from "./card-shape.ts";
export { hostOf, withReach } from "./reach.ts";
