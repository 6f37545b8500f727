cp "$FIXTURES"/x86_64-linux-debug/liba.a .; $ARMELD strip -q liba.a; $ARMELD share -d out liba.a
