printf '%s\n' liba.a @nofile >args; $ARMELD -o w.a @args
