"""Everything that changes a webhook: endpoints, the outbox of events, and their deliveries."""
