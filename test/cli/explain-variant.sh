$ARMELD explain "$FIXTURES"/x86_64-linux-variant/liba.a util.o
