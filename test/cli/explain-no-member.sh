cd "$FIXTURES"/x86_64-linux && $ARMELD explain liba.a nothing.o
