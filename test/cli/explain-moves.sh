cd "$FIXTURES"/x86_64-linux && $ARMELD explain libb.a "shared*cgu.0*"
