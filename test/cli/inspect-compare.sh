cp "$FIXTURES"/x86_64-linux/*.a .; mkdir new; cp liba.a libb.a new; cp "$FIXTURES"/x86_64-linux-variant/libb.a new/libd.a; cat liba.a >new/libb.a; $ARMELD inspect . -- new
