cp "$FIXTURES"/x86_64-linux/liba.a .; cp "$FIXTURES"/x86_64-linux-debug/lib[bc].a .; $ARMELD explain . | grep units
