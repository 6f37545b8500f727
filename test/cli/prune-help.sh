$ARMELD prune --help
