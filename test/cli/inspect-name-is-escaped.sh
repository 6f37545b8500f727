cp "$FIXTURES"/x86_64-linux/liba.a "$(printf "a\033[31m.a")"; $ARMELD inspect *.a | tail -n 4; $ARMELD inspect --csv *.a | tail -n 2 | cut -c 1-20
