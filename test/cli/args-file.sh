printf '%s\n' -o w.a nofile.a >args; $ARMELD @args
