cp "$FIXTURES"/x86_64-linux/*.a .; sed -i 's/_RNvNtCs[0-9A-Za-z]*_6shared/_RNvNtCsfA4EYroYaAx_6shared/g' libb.a; $ARMELD explain . | grep renamed
