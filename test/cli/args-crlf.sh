printf '\357\273\277-o\r\nw.a\r\n\r\nno file.a' >args; $ARMELD @args
