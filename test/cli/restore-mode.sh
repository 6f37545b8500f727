cp "$FIXTURES"/x86_64-linux/*.a .; chmod 640 liba.a; chmod 444 libb.a; $ARMELD -q -o w.a lib*.a; chmod 600 liba.a libb.a; $ARMELD restore -q w.a; stat -c '%a %n' lib*.a
