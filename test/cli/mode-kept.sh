cp "$FIXTURES"/x86_64-linux/*.a .; chmod 640 liba.a; chmod 444 libb.a; $ARMELD -q -o w.a *.a; stat -c '%a %n' *.a
