/* SPDX-License-Identifier: EUPL-1.2 */
/* What EST answers: base64 of PKCS#7. Every certificate in it is looked at as enrolment does. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "ship/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const struct subject subject = {.host_id = "3f2c1b0a-1111-4222-8333-444455556666",
                                               .chain = "00112233445566778899aabbccddeeff",
                                               .kid = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
        static EVP_PKEY *key;
        STACK_OF(X509) *all = NULL;
        int i;

        if (!key)
                key = tls_key_new();
        if (certificates_read((const char *)data, size, &all) < 0)
                return 0;
        for (i = 0; i < sk_X509_num(all); i++) {
                X509 *certificate = sk_X509_value(all, i), *found = NULL;
                _cleanup_free_ char *why = NULL, *pem = certificate_pem(certificate);

                /* For a key that nobody has there is never one of ours, nor a pin. */
                if (certificate_ours(all, key, certificate, &subject, &found, &why) == 0 ||
                    certificate_ours(all, X509_get0_pubkey(certificate), certificate, &subject, &found, &why) == 0 ||
                    certificate_pinned(all, subject.kid))
                        abort();
                (void)pem;
                (void)certificate_until(certificate);
        }
        sk_X509_pop_free(all, X509_free);
        return 0;
}
