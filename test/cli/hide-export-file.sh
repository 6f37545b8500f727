cp "$FIXTURES"/x86_64-linux/liba.a .; printf "# all\n a* \r\n\n" >list; $ARMELD hide --export-file list liba.a; : >none; $ARMELD hide --export-file none liba.a; $ARMELD hide --export-file no liba.a
