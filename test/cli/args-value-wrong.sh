printf '%s\n' -j x >args; $ARMELD -o w.a @args
