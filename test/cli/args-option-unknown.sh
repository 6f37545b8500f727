printf '%s\n' liba.a --jsn >args; $ARMELD -o w.a @args
