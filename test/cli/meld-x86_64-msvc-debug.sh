cp "$FIXTURES"/x86_64-msvc-debug/*.lib .; $ARMELD -v -o w.lib *.lib; ar t w.lib
