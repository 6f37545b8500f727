$ARMELD -d out -o w.a "$FIXTURES"/x86_64-linux/liba.a "$FIXTURES"/aarch64-linux/libb.a "$FIXTURES"/x86_64-msvc/a.lib; echo $?; ls
