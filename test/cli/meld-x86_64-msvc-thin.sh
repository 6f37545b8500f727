cp "$FIXTURES"/x86_64-msvc-thin/*.lib .; $ARMELD -v -o w.lib *.lib; ar t w.lib
