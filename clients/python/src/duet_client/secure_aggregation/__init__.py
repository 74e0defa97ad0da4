"""Secure sums, as `lora-core/secureAggregation` has them: nobody sees an update, the coordinator sees the sum."""
