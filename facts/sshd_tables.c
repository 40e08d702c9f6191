/* SPDX-License-Identifier: EUPL-1.2 */
/* The keywords of sshd_config(5): how each is read, where it may stand, what it is by default. Held against `sshd -T`
 * of both versions by tests/oracle. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "facts/sshd_internal.h"

static const struct sshd_choice yes_no[] = {{"yes", "yes"}, {"no", "no"}, {0}};
static const struct sshd_choice family[] = {{"inet", "inet"}, {"inet6", "inet6"}, {"any", "any"}, {0}};
static const struct sshd_choice root_login[] = {
        {"without-password", "prohibit-password"},
        {"prohibit-password", "prohibit-password"},
        {"forced-commands-only", "forced-commands-only"},
        {"yes", "yes"},
        {"no", "no"},
        {0},
};
static const struct sshd_choice rhosts[] = {{"yes", "yes"}, {"no", "no"}, {"shosts-only", "shosts-only"}, {0}};
static const struct sshd_choice compression[] = {{"yes", "yes"}, {"delayed", "yes"}, {"no", "no"}, {0}};
static const struct sshd_choice gateway[] = {{"clientspecified", "clientspecified"}, {"yes", "yes"}, {"no", "no"}, {0}};
static const struct sshd_choice forwarding[] = {
        {"yes", "yes"}, {"all", "yes"}, {"no", "no"}, {"remote", "remote"}, {"local", "local"}, {0},
};
static const struct sshd_choice tunnel[] = {
        {"no", "no"}, {"point-to-point", "point-to-point"}, {"ethernet", "ethernet"}, {"yes", "yes"}, {0},
};
static const struct sshd_choice digest[] = {
        {"MD5", "MD5"}, {"SHA1", "SHA1"}, {"SHA256", "SHA256"}, {"SHA384", "SHA384"}, {"SHA512", "SHA512"}, {0},
};
static const struct sshd_choice level[] = {
        {"SILENT", "QUIET"},
        {"QUIET", "QUIET"},
        {"FATAL", "FATAL"},
        {"ERROR", "ERROR"},
        {"INFO", "INFO"},
        {"VERBOSE", "VERBOSE"},
        {"DEBUG", "DEBUG"},
        {"DEBUG1", "DEBUG"},
        {"DEBUG2", "DEBUG2"},
        {"DEBUG3", "DEBUG3"},
        {0},
};
static const struct sshd_choice facility[] = {
        {"DAEMON", "DAEMON"},
        {"USER", "USER"},
        {"AUTH", "AUTH"},
        {"AUTHPRIV", "AUTHPRIV"},
        {"LOCAL0", "LOCAL0"},
        {"LOCAL1", "LOCAL1"},
        {"LOCAL2", "LOCAL2"},
        {"LOCAL3", "LOCAL3"},
        {"LOCAL4", "LOCAL4"},
        {"LOCAL5", "LOCAL5"},
        {"LOCAL6", "LOCAL6"},
        {"LOCAL7", "LOCAL7"},
        {0},
};

/* Releases of clang-format differ on macros of this form. */
/* clang-format off */
#define FLAG(name, where, fallback)            {name, SSHD_KIND_CHOICE, SSHD_TEXT, where, yes_no, fallback, SSHD_9_2}
#define CHOICE(name, where, choices, fallback) {name, SSHD_KIND_CHOICE, SSHD_TEXT, where, choices, fallback, SSHD_9_2}
#define NUMBER(name, where, fallback)          {name, SSHD_KIND_NUMBER, SSHD_INTEGER, where, NULL, fallback, SSHD_9_2}
#define TIME(name, where, fallback)            {name, SSHD_KIND_TIME, SSHD_INTEGER, where, NULL, fallback, SSHD_9_2}
#define TEXT(name, kind, where, fallback)      {name, SSHD_KIND_##kind, SSHD_TEXT, where, NULL, fallback, SSHD_9_2}
#define LIST(name, kind, where, fallback)      {name, SSHD_KIND_##kind, SSHD_LIST, where, NULL, fallback, SSHD_9_2}
/* clang-format on */

static const struct sshd_keyword keywords[SSHD_KEYWORDS] = {
        [SSHD_PORT] = LIST("Port", PORT, SSHD_OUTSIDE, "22"),
        [SSHD_ADDRESS_FAMILY] = CHOICE("AddressFamily", SSHD_OUTSIDE, family, "any"),
        [SSHD_LISTEN_ADDRESS] = LIST("ListenAddress", LISTEN, SSHD_OUTSIDE, NULL),
        [SSHD_USE_PAM] = FLAG("UsePAM", SSHD_OUTSIDE, "no"),
        [SSHD_PAM_SERVICE_NAME] = {"PAMServiceName", SSHD_KIND_LITERAL, SSHD_TEXT, SSHD_ANYWHERE, NULL, "sshd",
                                   SSHD_10_0},
        [SSHD_LOGIN_GRACE_TIME] = TIME("LoginGraceTime", SSHD_OUTSIDE, "120"),
        [SSHD_X11_DISPLAY_OFFSET] = NUMBER("X11DisplayOffset", SSHD_ANYWHERE, "10"),
        [SSHD_MAX_AUTH_TRIES] = NUMBER("MaxAuthTries", SSHD_ANYWHERE, "6"),
        [SSHD_MAX_SESSIONS] = NUMBER("MaxSessions", SSHD_ANYWHERE, "10"),
        [SSHD_CLIENT_ALIVE_INTERVAL] = TIME("ClientAliveInterval", SSHD_ANYWHERE, "0"),
        [SSHD_CLIENT_ALIVE_COUNT_MAX] = NUMBER("ClientAliveCountMax", SSHD_ANYWHERE, "3"),
        [SSHD_REQUIRED_RSA_SIZE] = NUMBER("RequiredRSASize", SSHD_ANYWHERE, "1024"),
        [SSHD_STREAM_LOCAL_BIND_MASK] = TEXT("StreamLocalBindMask", MASK, SSHD_ANYWHERE, "0177"),
        [SSHD_UNUSED_CONNECTION_TIMEOUT] = {"UnusedConnectionTimeout", SSHD_KIND_TIME_OR_NONE, SSHD_INTEGER,
                                            SSHD_ANYWHERE, NULL, "0", SSHD_9_2},
        [SSHD_PERMIT_ROOT_LOGIN] = CHOICE("PermitRootLogin", SSHD_ANYWHERE, root_login, "prohibit-password"),
        [SSHD_IGNORE_RHOSTS] = CHOICE("IgnoreRhosts", SSHD_ANYWHERE, rhosts, "yes"),
        [SSHD_IGNORE_USER_KNOWN_HOSTS] = FLAG("IgnoreUserKnownHosts", SSHD_OUTSIDE, "no"),
        [SSHD_HOSTBASED_AUTHENTICATION] = FLAG("HostbasedAuthentication", SSHD_ANYWHERE, "no"),
        [SSHD_HOSTBASED_USES_NAME_FROM_PACKET_ONLY] = FLAG("HostbasedUsesNameFromPacketOnly", SSHD_ANYWHERE, "no"),
        [SSHD_PUBKEY_AUTHENTICATION] = FLAG("PubkeyAuthentication", SSHD_ANYWHERE, "yes"),
        [SSHD_KERBEROS_AUTHENTICATION] = FLAG("KerberosAuthentication", SSHD_ANYWHERE, "no"),
        [SSHD_KERBEROS_OR_LOCAL_PASSWD] = FLAG("KerberosOrLocalPasswd", SSHD_OUTSIDE, "yes"),
        [SSHD_KERBEROS_TICKET_CLEANUP] = FLAG("KerberosTicketCleanup", SSHD_OUTSIDE, "yes"),
        [SSHD_GSSAPI_AUTHENTICATION] = FLAG("GSSAPIAuthentication", SSHD_ANYWHERE, "no"),
        [SSHD_GSSAPI_CLEANUP_CREDENTIALS] = FLAG("GSSAPICleanupCredentials", SSHD_OUTSIDE, "yes"),
        [SSHD_GSSAPI_KEY_EXCHANGE] = FLAG("GSSAPIKeyExchange", SSHD_OUTSIDE, "no"),
        [SSHD_GSSAPI_STRICT_ACCEPTOR_CHECK] = FLAG("GSSAPIStrictAcceptorCheck", SSHD_OUTSIDE, "yes"),
        [SSHD_GSSAPI_STORE_CREDENTIALS_ON_REKEY] = FLAG("GSSAPIStoreCredentialsOnRekey", SSHD_OUTSIDE, "no"),
        [SSHD_GSSAPI_KEX_ALGORITHMS] =
                LIST("GSSAPIKexAlgorithms", GSS_KEX, SSHD_OUTSIDE,
                     "gss-group14-sha256- gss-group16-sha512- gss-nistp256-sha256- gss-curve25519-sha256- "
                     "gss-group14-sha1- gss-gex-sha1-"),
        [SSHD_PASSWORD_AUTHENTICATION] = FLAG("PasswordAuthentication", SSHD_ANYWHERE, "yes"),
        [SSHD_KBD_INTERACTIVE_AUTHENTICATION] = FLAG("KbdInteractiveAuthentication", SSHD_ANYWHERE, "yes"),
        [SSHD_PRINT_MOTD] = FLAG("PrintMotd", SSHD_OUTSIDE, "yes"),
        [SSHD_PRINT_LAST_LOG] = FLAG("PrintLastLog", SSHD_OUTSIDE, "yes"),
        [SSHD_X11_FORWARDING] = FLAG("X11Forwarding", SSHD_ANYWHERE, "no"),
        [SSHD_X11_USE_LOCALHOST] = FLAG("X11UseLocalhost", SSHD_ANYWHERE, "yes"),
        [SSHD_PERMIT_TTY] = FLAG("PermitTTY", SSHD_ANYWHERE, "yes"),
        [SSHD_PERMIT_USER_RC] = FLAG("PermitUserRC", SSHD_ANYWHERE, "yes"),
        [SSHD_STRICT_MODES] = FLAG("StrictModes", SSHD_OUTSIDE, "yes"),
        [SSHD_TCP_KEEP_ALIVE] = FLAG("TCPKeepAlive", SSHD_OUTSIDE, "yes"),
        [SSHD_PERMIT_EMPTY_PASSWORDS] = FLAG("PermitEmptyPasswords", SSHD_ANYWHERE, "no"),
        [SSHD_COMPRESSION] = CHOICE("Compression", SSHD_OUTSIDE, compression, "yes"),
        [SSHD_GATEWAY_PORTS] = CHOICE("GatewayPorts", SSHD_ANYWHERE, gateway, "no"),
        [SSHD_USE_DNS] = FLAG("UseDNS", SSHD_OUTSIDE, "no"),
        [SSHD_ALLOW_TCP_FORWARDING] = CHOICE("AllowTcpForwarding", SSHD_ANYWHERE, forwarding, "yes"),
        [SSHD_ALLOW_AGENT_FORWARDING] = FLAG("AllowAgentForwarding", SSHD_ANYWHERE, "yes"),
        [SSHD_DISABLE_FORWARDING] = FLAG("DisableForwarding", SSHD_ANYWHERE, "no"),
        [SSHD_ALLOW_STREAM_LOCAL_FORWARDING] = CHOICE("AllowStreamLocalForwarding", SSHD_ANYWHERE, forwarding, "yes"),
        [SSHD_STREAM_LOCAL_BIND_UNLINK] = FLAG("StreamLocalBindUnlink", SSHD_ANYWHERE, "no"),
        [SSHD_FINGERPRINT_HASH] = CHOICE("FingerprintHash", SSHD_OUTSIDE, digest, "SHA256"),
        [SSHD_EXPOSE_AUTH_INFO] = FLAG("ExposeAuthInfo", SSHD_ANYWHERE, "no"),
        [SSHD_REFUSE_CONNECTION] = {"RefuseConnection", SSHD_KIND_CHOICE, SSHD_TEXT, SSHD_ANYWHERE, yes_no, "no",
                                    SSHD_10_0},
        [SSHD_DEBIAN_BANNER] = FLAG("DebianBanner", SSHD_OUTSIDE, "yes"),
        [SSHD_PID_FILE] = TEXT("PidFile", FILE, SSHD_OUTSIDE, "/run/sshd.pid"),
        [SSHD_MODULI_FILE] = TEXT("ModuliFile", FILE, SSHD_OUTSIDE, "/etc/ssh/moduli"),
        [SSHD_XAUTH_LOCATION] = TEXT("XAuthLocation", FILE, SSHD_OUTSIDE, "/usr/bin/xauth"),
        [SSHD_CIPHERS] = LIST("Ciphers", CIPHERS, SSHD_OUTSIDE, NULL),
        [SSHD_MACS] = LIST("MACs", MACS, SSHD_OUTSIDE, NULL),
        [SSHD_BANNER] = TEXT("Banner", FILE, SSHD_ANYWHERE, "none"),
        [SSHD_FORCE_COMMAND] = TEXT("ForceCommand", REST, SSHD_ANYWHERE, "none"),
        [SSHD_CHROOT_DIRECTORY] = TEXT("ChrootDirectory", WORD, SSHD_ANYWHERE, "none"),
        [SSHD_TRUSTED_USER_CA_KEYS] = TEXT("TrustedUserCAKeys", FILE, SSHD_ANYWHERE, "none"),
        [SSHD_REVOKED_KEYS] = TEXT("RevokedKeys", FILE, SSHD_ANYWHERE, "none"),
        [SSHD_SECURITY_KEY_PROVIDER] = TEXT("SecurityKeyProvider", PROVIDER, SSHD_OUTSIDE, "internal"),
        [SSHD_AUTHORIZED_PRINCIPALS_FILE] = TEXT("AuthorizedPrincipalsFile", TILDE, SSHD_ANYWHERE, "none"),
        [SSHD_VERSION_ADDENDUM] = TEXT("VersionAddendum", ADDENDUM, SSHD_OUTSIDE, "none"),
        [SSHD_AUTHORIZED_KEYS_COMMAND] = TEXT("AuthorizedKeysCommand", COMMAND, SSHD_ANYWHERE, "none"),
        [SSHD_AUTHORIZED_KEYS_COMMAND_USER] = TEXT("AuthorizedKeysCommandUser", WORD, SSHD_ANYWHERE, "none"),
        [SSHD_AUTHORIZED_PRINCIPALS_COMMAND] = TEXT("AuthorizedPrincipalsCommand", COMMAND, SSHD_ANYWHERE, "none"),
        [SSHD_AUTHORIZED_PRINCIPALS_COMMAND_USER] =
                TEXT("AuthorizedPrincipalsCommandUser", WORD, SSHD_ANYWHERE, "none"),
        [SSHD_HOST_KEY_AGENT] = TEXT("HostKeyAgent", AGENT, SSHD_OUTSIDE, "none"),
        [SSHD_KEX_ALGORITHMS] = LIST("KexAlgorithms", KEX, SSHD_OUTSIDE, NULL),
        [SSHD_CA_SIGNATURE_ALGORITHMS] = LIST("CASignatureAlgorithms", CA_KEYS, SSHD_ANYWHERE, NULL),
        [SSHD_HOSTBASED_ACCEPTED_ALGORITHMS] = LIST("HostbasedAcceptedAlgorithms", KEYS, SSHD_ANYWHERE, NULL),
        [SSHD_HOST_KEY_ALGORITHMS] = LIST("HostKeyAlgorithms", KEYS, SSHD_OUTSIDE, NULL),
        [SSHD_PUBKEY_ACCEPTED_ALGORITHMS] = LIST("PubkeyAcceptedAlgorithms", KEYS, SSHD_ANYWHERE, NULL),
        [SSHD_SSHD_SESSION_PATH] = {"SshdSessionPath", SSHD_KIND_FILE, SSHD_TEXT, SSHD_OUTSIDE, NULL,
                                    "/usr/lib/openssh/sshd-session", SSHD_10_0},
        [SSHD_SSHD_AUTH_PATH] = {"SshdAuthPath", SSHD_KIND_FILE, SSHD_TEXT, SSHD_OUTSIDE, NULL,
                                 "/usr/lib/openssh/sshd-auth", SSHD_10_0},
        [SSHD_PER_SOURCE_PENALTY_EXEMPT_LIST] = {"PerSourcePenaltyExemptList", SSHD_KIND_EXEMPT, SSHD_TEXT,
                                                 SSHD_OUTSIDE, NULL, "none", SSHD_10_0},
        [SSHD_LOG_LEVEL] = CHOICE("LogLevel", SSHD_ANYWHERE, level, "INFO"),
        [SSHD_SYSLOG_FACILITY] = CHOICE("SyslogFacility", SSHD_OUTSIDE, facility, "AUTH"),
        [SSHD_AUTHORIZED_KEYS_FILE] =
                LIST("AuthorizedKeysFile", KEY_FILES, SSHD_ANYWHERE, ".ssh/authorized_keys .ssh/authorized_keys2"),
        [SSHD_HOST_KEY] = LIST("HostKey", HOST_KEY, SSHD_OUTSIDE,
                               "/etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key"),
        [SSHD_HOST_CERTIFICATE] = LIST("HostCertificate", HOST_KEY, SSHD_OUTSIDE, NULL),
        [SSHD_ALLOW_USERS] = LIST("AllowUsers", USERS, SSHD_ANYWHERE, NULL),
        [SSHD_DENY_USERS] = LIST("DenyUsers", USERS, SSHD_ANYWHERE, NULL),
        [SSHD_ALLOW_GROUPS] = LIST("AllowGroups", GROUPS, SSHD_ANYWHERE, NULL),
        [SSHD_DENY_GROUPS] = LIST("DenyGroups", GROUPS, SSHD_ANYWHERE, NULL),
        [SSHD_ACCEPT_ENV] = LIST("AcceptEnv", ACCEPT_ENV, SSHD_ANYWHERE, NULL),
        [SSHD_SET_ENV] = LIST("SetEnv", SET_ENV, SSHD_ANYWHERE, NULL),
        [SSHD_AUTHENTICATION_METHODS] = LIST("AuthenticationMethods", METHODS, SSHD_ANYWHERE, "any"),
        [SSHD_LOG_VERBOSE] = LIST("LogVerbose", LOG_VERBOSE, SSHD_ANYWHERE, NULL),
        [SSHD_CHANNEL_TIMEOUT] = LIST("ChannelTimeout", CHANNEL_TIMEOUT, SSHD_ANYWHERE, NULL),
        /* In a Match block from 10.0 on: sshd_word(). */
        [SSHD_SUBSYSTEM] = LIST("Subsystem", SUBSYSTEM, SSHD_ANYWHERE, NULL),
        [SSHD_MAX_STARTUPS] = TEXT("MaxStartups", MAX_STARTUPS, SSHD_OUTSIDE, NULL),
        [SSHD_PER_SOURCE_MAX_STARTUPS] = TEXT("PerSourceMaxStartups", SOURCE_STARTUPS, SSHD_OUTSIDE, "none"),
        [SSHD_PER_SOURCE_NET_BLOCK_SIZE] = TEXT("PerSourceNetBlockSize", NET_BLOCK, SSHD_OUTSIDE, "32:128"),
        [SSHD_PERMIT_TUNNEL] = {"PermitTunnel", SSHD_KIND_CHOICE_EXACT, SSHD_TEXT, SSHD_ANYWHERE, tunnel, "no",
                                SSHD_9_2},
        [SSHD_IPQOS] = LIST("IPQoS", IPQOS, SSHD_ANYWHERE, NULL),
        [SSHD_REKEY_LIMIT] = TEXT("RekeyLimit", REKEY, SSHD_ANYWHERE, NULL),
        [SSHD_PERMIT_OPEN] = LIST("PermitOpen", PERMIT_OPEN, SSHD_ANYWHERE, "any"),
        [SSHD_PERMIT_LISTEN] = LIST("PermitListen", PERMIT_LISTEN, SSHD_ANYWHERE, "any"),
        [SSHD_PERMIT_USER_ENVIRONMENT] = TEXT("PermitUserEnvironment", LITERAL, SSHD_OUTSIDE, "no"),
        [SSHD_PUBKEY_AUTH_OPTIONS] = LIST("PubkeyAuthOptions", KEY_OPTIONS, SSHD_ANYWHERE, NULL),
        [SSHD_PER_SOURCE_PENALTIES] = {"PerSourcePenalties", SSHD_KIND_PENALTIES, SSHD_TEXT, SSHD_OUTSIDE, NULL, NULL,
                                       SSHD_10_0},
        [SSHD_RDOMAIN] = TEXT("RDomain", RDOMAIN, SSHD_ANYWHERE, NULL),
};

/* Other spellings, and words that have no value. */
static const struct {
        const char *word;
        enum sshd_keyword_id keyword;
        unsigned where;
        const char *note;
} words[] = {
        {"Match", SSHD_MATCH, SSHD_ANYWHERE, NULL},
        {"Include", SSHD_INCLUDE, SSHD_ANYWHERE, NULL},
        {"HostDSAKey", SSHD_HOST_KEY, SSHD_OUTSIDE, NULL},
        {"HostbasedAcceptedKeyTypes", SSHD_HOSTBASED_ACCEPTED_ALGORITHMS, SSHD_ANYWHERE, NULL},
        {"PubkeyAcceptedKeyTypes", SSHD_PUBKEY_ACCEPTED_ALGORITHMS, SSHD_ANYWHERE, NULL},
        {"DSAAuthentication", SSHD_PUBKEY_AUTHENTICATION, SSHD_OUTSIDE, NULL},
        {"ChallengeResponseAuthentication", SSHD_KBD_INTERACTIVE_AUTHENTICATION, SSHD_ANYWHERE, NULL},
        {"SkeyAuthentication", SSHD_KBD_INTERACTIVE_AUTHENTICATION, SSHD_ANYWHERE, NULL},
        {"GSSAPICleanupCreds", SSHD_GSSAPI_CLEANUP_CREDENTIALS, SSHD_OUTSIDE, NULL},
        {"KeepAlive", SSHD_TCP_KEEP_ALIVE, SSHD_OUTSIDE, NULL},
        {"Protocol", SSHD_IGNORED, SSHD_OUTSIDE, "has no effect any more"},
        {"PAMAuthenticationViaKbdInt", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"ServerKeyBits", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"KeyRegenerationInterval", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"RhostsAuthentication", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"RhostsRSAAuthentication", SSHD_IGNORED, SSHD_ANYWHERE, "deprecated"},
        {"RSAAuthentication", SSHD_IGNORED, SSHD_ANYWHERE, "deprecated"},
        {"CheckMail", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"PermitBlacklistedKeys", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"UseLogin", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"VerifyReverseMapping", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"ReverseMappingCheck", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"AuthorizedKeysFile2", SSHD_IGNORED, SSHD_ANYWHERE, "deprecated"},
        {"UsePrivilegeSeparation", SSHD_IGNORED, SSHD_OUTSIDE, "deprecated"},
        {"KerberosGetAFSToken", SSHD_IGNORED, SSHD_OUTSIDE, "not built in"},
        {"KerberosTgtPassing", SSHD_IGNORED, SSHD_OUTSIDE, "not built in"},
        {"AFSTokenPassing", SSHD_IGNORED, SSHD_OUTSIDE, "not built in"},
        {"GSSUseSessionCCache", SSHD_IGNORED, SSHD_OUTSIDE, "not built in"},
        {"GSSAPIUseSessionCredCache", SSHD_IGNORED, SSHD_OUTSIDE, "not built in"},
};

const struct sshd_keyword *sshd_keyword(enum sshd_keyword_id id)
{
        return &keywords[id];
}

const char *sshd_keyword_name(enum sshd_keyword_id id)
{
        return keywords[id].name;
}

enum sshd_form sshd_keyword_form(enum sshd_keyword_id id)
{
        return keywords[id].form;
}

bool sshd_keyword_known(const struct sshd_release *release, enum sshd_keyword_id id)
{
        /* Built only for systems whose processes have a routing domain; Linux binds interfaces instead. */
        return keywords[id].since <= release->version && id != SSHD_RDOMAIN;
}

bool sshd_default_known(const struct sshd_release *release, enum sshd_keyword_id id)
{
        /* prohibit-password since 7.0 (its release notes). */
        return !release->open || release->defaults || id == SSHD_PERMIT_ROOT_LOGIN;
}

struct sshd_word sshd_word(const struct sshd_release *release, const char *word)
{
        size_t i;

        for (i = 0; i < SSHD_KEYWORDS; i++)
                if (keywords[i].since <= release->version && strcasecmp(word, keywords[i].name) == 0) {
                        unsigned where = keywords[i].where;

                        if (i == SSHD_SUBSYSTEM && release->version < SSHD_10_0)
                                where = SSHD_OUTSIDE;
                        return (struct sshd_word){(enum sshd_keyword_id)i, where, NULL};
                }
        for (i = 0; i < ELEMENTS(words); i++)
                if (strcasecmp(word, words[i].word) == 0)
                        return (struct sshd_word){words[i].keyword, words[i].where, words[i].note};
        return (struct sshd_word){SSHD_UNKNOWN, 0, NULL};
}

const char *sshd_choose(const struct sshd_choice *choices, const char *word, bool exact)
{
        for (; choices->word; choices++)
                if (exact ? streq(word, choices->word) : strcasecmp(word, choices->word) == 0)
                        return choices->means;
        return NULL;
}
