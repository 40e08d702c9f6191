# SPDX-License-Identifier: EUPL-1.2
"""Configurations of sshd at random, the same for the same seed: every keyword, every way of writing, right and wrong."""
import random

USERS = ["root", "alice", "bob", "daemon", "nosuch"]
GROUPS = ["root", "staff", "wheel", "alice", "ops", "sudo"]
HOSTS = ["host.example.nl", "gw.example.nl", "HOST.Example.NL", "other.test", "10.0.0.7"]
ADDRESSES = ["10.0.0.7", "10.1.2.3", "192.168.1.1", "203.0.113.9", "2001:db8::1", "2001:db8:1::5", "fe80::1", "::1", "10.0.1.255"]
NETWORKS = ["10.0.0.0/8", "10.0.0.0/24", "10.0.0.7", "10.0.0.4/30", "192.168.0.0/16", "0.0.0.0/0", "2001:db8::/32", "2001:db8:1::/48",
            "::/0", "::1", "*", "10.*", "10.0.*", "192.168.1.*", "10.0.0.?", "2001:db8:*", "10.1", "0x0a.0.0.7", "host.example.nl",
            "*.example.nl", "203.0.113.0/25"]
PORTS = ["22", "2222", "443"]
FILES = ["/etc/issue.net", "none", "relative/path", "~/x", "~root/y", "/no/such", "NONE", "~"]

FLAGS = """UsePAM HostbasedAuthentication HostbasedUsesNameFromPacketOnly PubkeyAuthentication KerberosAuthentication
KerberosOrLocalPasswd KerberosTicketCleanup GSSAPIAuthentication GSSAPICleanupCredentials GSSAPICleanupCreds GSSAPIKeyExchange
GSSAPIStrictAcceptorCheck GSSAPIStoreCredentialsOnRekey PasswordAuthentication KbdInteractiveAuthentication
ChallengeResponseAuthentication SkeyAuthentication DSAAuthentication PrintMotd PrintLastLog X11Forwarding X11UseLocalhost PermitTTY
PermitUserRC StrictModes TCPKeepAlive KeepAlive PermitEmptyPasswords UseDNS AllowAgentForwarding DisableForwarding
StreamLocalBindUnlink ExposeAuthInfo IgnoreUserKnownHosts DebianBanner RefuseConnection""".split()
NUMBERS = "X11DisplayOffset MaxAuthTries MaxSessions ClientAliveCountMax RequiredRSASize".split()
TIMES = "LoginGraceTime ClientAliveInterval UnusedConnectionTimeout".split()
PATHS = """PidFile ModuliFile XAuthLocation Banner TrustedUserCAKeys RevokedKeys AuthorizedPrincipalsFile HostKeyAgent
SecurityKeyProvider""".split()
IGNORED = """Protocol ServerKeyBits KeyRegenerationInterval RhostsAuthentication RhostsRSAAuthentication RSAAuthentication CheckMail
UseLogin UsePrivilegeSeparation AuthorizedKeysFile2 PermitBlacklistedKeys KerberosGetAFSToken KerberosTgtPassing AFSTokenPassing
VerifyReverseMapping ReverseMappingCheck PAMAuthenticationViaKbdInt GSSUseSessionCCache GSSAPIUseSessionCredCache""".split()
TIME_VALUES = ["0", "30", "2m", "1h30m", "1d", "1W2d3h", "90s", "5M", "+5", "1h 5m", "2147483647", "3550w", "3551w", "1m30"]
CIPHERS = ["aes128-ctr", "aes256-gcm@openssh.com,aes128-ctr", "+aes128-cbc", "+3des-cbc,aes192-cbc", "-aes*", "^aes256-ctr",
           "-*-ctr,aes128-gcm@openssh.com", "^aes128-cbc,aes128-ctr", "aes128-ctr,,aes256-ctr", "aes128-ctr,aes128-ctr",
           "chacha20-poly1305@openssh.com", "-nonsense", "aes256-ctr,"]
MACS = ["hmac-sha2-256", "+hmac-md5", "-hmac-sha1*", "^hmac-sha2-512", "hmac-sha2-512-etm@openssh.com,hmac-sha1-96", "-umac*", "+hmac-sha1"]
KEX = ["curve25519-sha256", "+diffie-hellman-group1-sha1", "-sntrup*", "^ecdh-sha2-nistp521", "-*sha1,*nistp*",
       "diffie-hellman-group14-sha256,curve25519-sha256@libssh.org", "+diffie-hellman-group14-sha1", "mlkem768x25519-sha256",
       "^mlkem768x25519-sha256", "-mlkem*", "sntrup761x25519-sha512", "curve25519-sha256,gss-group14-sha256-xyz"]
KEYS = ["ssh-ed25519", "+ssh-rsa", "-ecdsa*", "^rsa-sha2-256", "ssh-ed25519,rsa-sha2-512", "ssh-*", "+ssh-dss", "*-cert-v01@openssh.com",
        "ecdsa-sha2-*", "-*", "RSA,ssh-ed25519", "rsa-sha2-512,rsa-sha2-256,rsa-sha2-512", "+ssh-dss-cert-v01@openssh.com",
        "ssh-ed25519,", "-rsa*,ssh-ed25519"]
CA_KEYS = ["ssh-ed25519", "+ssh-rsa", "-ecdsa*", "^rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519-cert-v01@openssh.com", "ssh*", "-*"]
QOS = ["af21", "cs1", "ef", "none", "lowdelay", "throughput", "reliability", "0x10", "8", "32", "010", "AF11", "le", "255"]
USER_PATTERNS = ["alice", "root", "bob@10.0.0.0/8", "*", "ali*,bob", "adm?n", "'alice'", '"bob"', "user@*.example.nl", "!root",
                 "a@b@10.0.0.0/8"]

WELL = {
    "PermitRootLogin": ["yes", "no", "prohibit-password", "without-password", "forced-commands-only", "No", "YES", "Prohibit-Password"],
    "AddressFamily": ["any", "inet", "inet6", "INET"],
    "Port": PORTS + ["65535", "+22"],
    "ListenAddress": ["0.0.0.0", "::", "[::1]:2222", "127.0.0.1:443", "10.0.0.1", "2001:db8::1", "[10.0.0.2]", "127.1", "::ffff:10.0.0.1"],
    "IgnoreRhosts": ["yes", "no", "shosts-only", "SHOSTS-ONLY"],
    "Compression": ["yes", "no", "delayed"],
    "GatewayPorts": ["yes", "no", "clientspecified"],
    "AllowTcpForwarding": ["yes", "no", "local", "remote", "all"],
    "AllowStreamLocalForwarding": ["yes", "no", "local", "remote", "ALL"],
    "PermitTunnel": ["yes", "no", "point-to-point", "ethernet"],
    "FingerprintHash": ["md5", "sha256", "SHA512", "sha1"],
    "LogLevel": ["QUIET", "silent", "FATAL", "error", "INFO", "VERBOSE", "DEBUG", "debug1", "DEBUG2", "Debug3"],
    "SyslogFacility": ["AUTH", "AUTHPRIV", "daemon", "USER", "LOCAL0", "local7"],
    "Ciphers": CIPHERS, "MACs": MACS, "KexAlgorithms": KEX,
    "HostKeyAlgorithms": [k for k in KEYS if k != "-*"], "PubkeyAcceptedAlgorithms": KEYS, "PubkeyAcceptedKeyTypes": KEYS,
    "HostbasedAcceptedAlgorithms": KEYS, "HostbasedAcceptedKeyTypes": KEYS, "CASignatureAlgorithms": CA_KEYS,
    "GSSAPIKexAlgorithms": ["gss-group14-sha256-", "gss-curve25519-sha256-,gss-group16-sha512-", "gss-gex-sha1-foo"],
    "HostKey": ["/etc/ssh/ssh_host_ed25519_key", "ssh_host_rsa_key", "~/key", "none"],
    "HostDSAKey": ["/etc/ssh/ssh_host_dsa_key"],
    "HostCertificate": ["/etc/ssh/cert.pub"],
    "AllowUsers": USER_PATTERNS, "DenyUsers": USER_PATTERNS,
    "AllowGroups": ["staff", "wheel ops", "*", "!staff,*", "'sudo'"], "DenyGroups": ["staff", "nogroup guests"],
    "AcceptEnv": ["LANG LC_*", "FOO", "A B C", "*", '"X Y"'],
    "SetEnv": ["A=1", "A=1 B=2 A=3", 'X="y z"', "=v", "A=a=b"],
    "AuthorizedKeysFile": [".ssh/authorized_keys", "/etc/keys/%u", "none", ".ssh/a .ssh/b", "~/keys", "NONE"],
    "AuthorizedKeysCommand": ["/usr/bin/keys %u", "none", "/bin/x \"a b\"", "NONE"],
    "AuthorizedKeysCommandUser": ["nobody", "none"],
    "AuthorizedPrincipalsCommand": ["/usr/bin/principals", "none"],
    "AuthorizedPrincipalsCommandUser": ["nobody"],
    "AuthenticationMethods": ["any", "publickey", "publickey,password", "publickey,keyboard-interactive password",
                              "hostbased publickey:x", "password", "gssapi-with-mic", "none", "publickey,keyboard-interactive:pam"],
    "LogVerbose": ["kex.c:*:1000", "none", "a b", "auth2.c:*"],
    "ChannelTimeout": ["session:*=5m", "none", "agent-connection=10 x11-connection=1h", "session=15m", "session:*=5m none", "*=0"],
    "Subsystem": ["sftp internal-sftp", "sftp /usr/lib/openssh/sftp-server -f AUTH", "foo /bin/bar \"a b\" c", "SFTP /x", 'q "/a b" c'],
    "MaxStartups": ["10", "10:30:60", "5:100:5", "100:1:100", "3x", "+4"],
    "PerSourceMaxStartups": ["none", "5", "0", "2147483647"],
    "PerSourceNetBlockSize": ["32:128", "24:64", "0:0", "16:48x"],
    "IPQoS": QOS + [f"{a} {b}" for a in QOS[:6] for b in QOS[6:9]],
    "RekeyLimit": ["default", "1G", "500M 1h", "default none", "16", "1.5G 30m", "0", "2k 5", "1.999K", "default 0", "+1M"],
    "PermitOpen": ["any", "none", "host:22", "host:22 10.0.0.1:* [::1]:80", "*:443", "a:22 b:23"],
    "PermitListen": ["any", "none", "8080", "localhost:8080", "*:* 22", "*"],
    "PermitUserEnvironment": ["yes", "no", "LANG_*", "YES", "a,b"],
    "PubkeyAuthOptions": ["none", "touch-required", "verify-required", "verify-required Touch-Required", "none touch-required"],
    "StreamLocalBindMask": ["0177", "0", "777", "0700x", "22"],
    "VersionAddendum": ["none", "Hello world", "x # y", "NONE", '"quoted"'],
    "ForceCommand": ["none", "/bin/true", "internal-sftp -l INFO", "echo 'a b' # c", "NONE", '"/bin/a b"'],
    "ChrootDirectory": ["none", "/srv/%u", "%h", "NONE"],
    "Include": [],
    "PAMServiceName": ["sshd", "other", "none"],
    "PerSourcePenalties": ["no", "yes", "authfail:10 max:30", "crash:1m overflow:deny-all", "noauth:0 max-sources4:100 min:5", "YES",
                           "grace-exceeded:1h refuseconnection:9 overflow6:permissive max-sources6:7"],
    "PerSourcePenaltyExemptList": ["10.0.0.0/8", "none", "10.0.0.1,::1", "!10.0.0.0/8,*"],
    "SshdSessionPath": ["/usr/lib/openssh/sshd-session"], "SshdAuthPath": ["/usr/lib/openssh/sshd-auth"],
}
for word in FLAGS:
    WELL[word] = ["yes", "no", "no", "yes", "YES", "No"]
for word in NUMBERS:
    WELL[word] = ["0", "3", "10", "2048", "+7", "2147483647"]
WELL["RequiredRSASize"] = ["1024", "2048", "0", "3072"]
for word in TIMES:
    WELL[word] = list(TIME_VALUES)
WELL["UnusedConnectionTimeout"] += ["none", "NONE"]
for word in PATHS:
    WELL[word] = list(FILES)
WELL["SecurityKeyProvider"] += ["internal", "INTERNAL"]
WELL["HostKeyAgent"] += ["SSH_AUTH_SOCK"]
for word in IGNORED:
    WELL[word] = ["yes", "2", "whatever it says", "no # x"]
del WELL["Include"]

# Of 10.0p1 alone; in 9.2p1 they stop it.
NEWER = ["PAMServiceName", "PerSourcePenalties", "PerSourcePenaltyExemptList", "SshdSessionPath", "SshdAuthPath", "RefuseConnection"]
NOT_IN_MATCH = """Port ListenAddress AddressFamily UsePAM HostKey HostDSAKey HostKeyAgent PidFile ModuliFile LoginGraceTime SyslogFacility
HostKeyAlgorithms DSAAuthentication KerberosOrLocalPasswd KerberosTicketCleanup GSSAPICleanupCredentials GSSAPICleanupCreds
GSSAPIStrictAcceptorCheck GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIKexAlgorithms PrintMotd PrintLastLog
IgnoreUserKnownHosts XAuthLocation StrictModes PermitUserEnvironment Compression TCPKeepAlive KeepAlive Ciphers MACs MaxStartups
PerSourceMaxStartups PerSourceNetBlockSize UseDNS HostCertificate KexAlgorithms VersionAddendum FingerprintHash SecurityKeyProvider
DebianBanner PerSourcePenalties PerSourcePenaltyExemptList SshdSessionPath SshdAuthPath Protocol ServerKeyBits
KeyRegenerationInterval RhostsAuthentication CheckMail UseLogin UsePrivilegeSeparation PermitBlacklistedKeys KerberosGetAFSToken
KerberosTgtPassing AFSTokenPassing VerifyReverseMapping ReverseMappingCheck PAMAuthenticationViaKbdInt GSSUseSessionCCache
GSSAPIUseSessionCredCache""".split()

# Lines that stop sshd, or that look as if they did.
ODD = ["PermitRootLogin maybe", "PermitRootLogin", "PermitRootLogin yes no", "PermitRootlogin 'no", 'PermitRootLogin "no', "NoSuchKeyword yes",
       "Port 0", "Port 65536", "Port ssh", "Port twenty", "LoginGraceTime 5x", "LoginGraceTime -1", "LoginGraceTime", "LoginGraceTime 1h-5",
       "MaxAuthTries six", "MaxAuthTries -1", "MaxAuthTries 3 4", "Ciphers nonsense", "Ciphers aes*", "Ciphers", "MACs +bogus", "KexAlgorithms x",
       "Ciphers +", "HostKeyAlgorithms nonsense", "PubkeyAcceptedAlgorithms !ssh-rsa", "CASignatureAlgorithms bogus", "HostKeyAlgorithms RSA",
       "PubkeyAcceptedAlgorithms ssh-dss", "MaxStartups 10:30", "MaxStartups 10:0:60", "MaxStartups 60:30:10", "MaxStartups 0",
       "PerSourceNetBlockSize 33:128", "PerSourceNetBlockSize 32:129", "PerSourceNetBlockSize x", "IPQoS 256", "IPQoS fast", "IPQoS ef ef ef",
       "RekeyLimit 5", "RekeyLimit 1X", "RekeyLimit 1G 5x", "RekeyLimit 1G 1h 2", "RekeyLimit -1G", "RekeyLimit 1.2.3K",
       "PermitOpen host", "PermitOpen", "PermitOpen any host:1", "PermitOpen host:0", "PermitListen nothing", "PermitOpen none none",
       "StreamLocalBindMask 1000", "StreamLocalBindMask x", "AuthorizedKeysCommand keys", "AuthenticationMethods nonsense",
       "AuthenticationMethods publickey any", "AuthenticationMethods any any", "AuthenticationMethods any publickey", "AuthenticationMethods",
       "ChannelTimeout session", "ChannelTimeout none session=5", "ChannelTimeout =5", "LogVerbose none x", "LogVerbose x none",
       "SetEnv A", "AcceptEnv A=1", "AcceptEnv # x", "AllowUsers # x", "AllowGroups '' x", "AuthorizedKeysFile ''", "AllowUsers u@10.0.0.1/8",
       "AllowUsers ''", "LogVerbose # x", "SetEnv # x", "ChannelTimeout # x", "PubkeyAuthOptions # x", "PubkeyAuthOptions bogus",
       "Subsystem sftp", "Subsystem", "Subsystem sftp /a", "RDomain none", "ListenAddress [::1", "ListenAddress 10.0.0.1:x", "ListenAddress",
       "ListenAddress 10.0.0.1 foo", "ListenAddress 1.2.3.4/5", "PermitTunnel YES", "PermitTunnel maybe", "FingerprintHash crc32",
       "SyslogFacility KERN", "LogLevel LOUD", "Compression maybe", "VersionAddendum a\rb", "Match", "Match user", "Match all user root",
       "Match user root all", "Match nothing x", "Match localport x", "Match address 10.0.0.1/8", "Match address 10.0.0.0/33", "Match all all",
       "Match # x", "Match user root # x", "Match user '' x", "Match localport 22,23", "Match address ,", "Match address 10.0.0.1/x",
       "=Port 22", "Port=22=23", "Port==22", '"Port" 22', 'Po"rt 22', "Port\f22", "Port 22\f", "\fPort 22", "Port 22 \\", "Port \"22\"",
       "Port '22'", "Port 2\"2\"", "Include", "Include ''", "Include /no/such/file", "Include no-such-*.conf", "Include /etc/ssh/deep/loop.conf",
       "Include /etc/ssh/dangling.conf", "Include /etc/ssh/dangl*.conf", "Include /etc/ssh/sshd_config.d", "Include ~/x.conf",
       "Port 22 # comment", "Port 22#comment", "#Port 22", "  # Port", "Match user root=x", "Match user = root", "Match user=root", "Match User=root",
       "AuthorizedPrincipalsFile ~nosuchuser/x", "Banner ~nosuchuser/x", "HostKey ~nosuchuser/key", "AuthorizedKeysFile ~nosuchuser/x",
       "PAMServiceName", "PerSourcePenalties no authfail:1", "PerSourcePenalties authfail:x", "PerSourcePenalties bogus:1",
       "PerSourcePenaltyExemptList 10.0.0.1/8", "RefuseConnection maybe", "Match invalid-user", "Match version OpenSSH_10*",
       "Match version OpenSSH_9*", "Match Version", "Match invalid-user user root", "Match user 'root'", 'Match user "root"', "ForceCommand",
       "HostKeyAgent", "X11DisplayOffset", "X11DisplayOffset 0x5", "GSSAPIKexAlgorithms gss-bogus-", "GSSAPIKexAlgorithms curve25519-sha256",
       "DSAAuthentication yes", "KeepAlive yes", "Port 22\0 junk", "AcceptEnv A\0B", "Match all", "match ALL # x", "Match \"all\"",
       "ClientAliveInterval 99999999999999999999", "ClientAliveInterval 2147483648", "UnusedConnectionTimeout none 5", "PermitUserEnvironment",
       "PermitEmptyPasswords yes\r", "\tPermitEmptyPasswords\tyes\t", "PermitEmptyPasswords\tyes # \\", "ChallengeResponseAuthentication maybe"]


class Configuration:
    """Files below /etc/ssh (name → bytes), links, and questions: for `sshd -T -C`, and users whose scopes are asked for."""

    def __init__(self):
        self.files = {}
        self.links = {}
        self.questions = []
        self.users = []

    def text(self):
        return b"\n".join(self.files.values()).lower()


class Generator:
    def __init__(self, seed, suite, number):
        self.r = random.Random(f"{seed}:{suite}:{number}")
        self.newer = suite == "trixie"
        self.right = self.r.random() < 0.62  # meant to start
        self.depth = 0
        self.number = 0
        self.configuration = Configuration()
        self.keywords = [k for k in WELL if self.newer or k not in NEWER]

    def spell(self, keyword):
        return self.r.choice([keyword] * 6 + [keyword.lower(), keyword.upper(), keyword.swapcase()])

    def line(self, keyword, value):
        r = self.r
        between = r.choice([" "] * 8 + ["=", " = ", "\t", "  ", " =", "= ", " \t "])
        if keyword in ("ForceCommand", "VersionAddendum", "AuthorizedKeysCommand", "AuthorizedPrincipalsCommand", "Match", "Include"):
            end = r.choice([""] * 8 + [" ", "\t", "\r"])
        else:
            end = r.choice([""] * 9 + [" ", "\t", "\r", " # comment", "\f", " #", " \t\r"])
            if r.random() < 0.06 and " " not in value and value and '"' not in value and "'" not in value:
                value = r.choice(['"%s"', "'%s'"]) % value
        return r.choice([""] * 7 + ["  ", "\t"]) + self.spell(keyword) + between + value + end

    def well_formed(self, in_match, always=False):
        while True:
            keyword = self.r.choice(self.keywords if self.r.random() < 0.72 else
                                    ["PermitRootLogin", "PasswordAuthentication", "AllowUsers", "PubkeyAcceptedAlgorithms", "X11Forwarding",
                                     "Banner", "AuthenticationMethods", "AcceptEnv", "MaxSessions", "IPQoS", "RekeyLimit"])
            if in_match and not always and (keyword in NOT_IN_MATCH or (keyword == "Subsystem" and not self.newer)):
                continue
            if always and keyword == "PermitUserEnvironment":
                continue  # shown by sshd -T otherwise than it works
            value = self.r.choice(WELL[keyword])
            if self.right and not self.well_for(keyword, value):
                continue
            return self.line(keyword, value)

    def well_for(self, keyword, value):
        """Leaves out what one of the versions refuses, where the configuration is meant to start."""
        if keyword == "Subsystem" and not self.newer:
            self.number += 1
            return self.number < 2
        if keyword == "AuthenticationMethods":
            return "any" != value or self.newer
        if keyword in ("AuthorizedKeysCommand", "AuthorizedPrincipalsCommand"):
            return value.lower() == "none"
        if "dss" in value or value.startswith("RSA"):
            return not self.newer
        if "mlkem" in value and not value.startswith("-"):
            return self.newer
        if value == "3551w" or (value == "+5" and self.newer) or value == "1h 5m":
            return False
        if keyword == "IPQoS" and "0x" in value:
            return not self.newer
        if keyword == "CASignatureAlgorithms" and "cert" in value:
            return not self.newer
        if keyword == "ListenAddress":
            return True
        return not (keyword == "AddressFamily" and value != "any")

    def criteria(self):
        r = self.r
        parts = []
        for _ in range(r.choice([1] * 5 + [2] * 3 + [3])):
            kind = r.choice(["User", "User", "Group", "Host", "Address", "Address", "LocalAddress", "LocalPort", "RDomain"] +
                            (["invalid-user", "Version"] if self.newer else []))
            some = lambda values: ",".join(r.choice(["", "", "", "!"]) + r.choice(values) for _ in range(r.choice([1, 1, 1, 2, 3])))
            value = {
                "User": lambda: some(["root", "alice", "bob", "*", "ro*", "??ot", "a*,b*", "nosuch", "sftp-*"]),
                "Group": lambda: some(GROUPS + ["*", "s*"]),
                "Host": lambda: some(["host.example.nl", "*.example.nl", "*", "10.0.0.7", "10.*", "gw.*", "HOST.*", "?w.example.nl", "2001:*"]),
                "Address": lambda: some(NETWORKS),
                "LocalAddress": lambda: some(NETWORKS[:12]),
                "LocalPort": lambda: r.choice(PORTS),
                "RDomain": lambda: some(["vrf0", "*", "vrf?"]),
                "invalid-user": lambda: "",
                "Version": lambda: r.choice(["OpenSSH_10*", "OpenSSH_9*", "*", "!*p2*,*"]),
            }[kind]()
            between = r.choice([" "] * 7 + (["="] if kind != "invalid-user" else []) + (["\t"] if True else []))
            if r.random() < 0.05 and "," not in value and value:
                value = f'"{value}"'
            parts.append(self.spell(kind) + (between + value if value else ""))
        if r.random() < 0.08:
            return self.spell("all")
        return " ".join(parts)

    def block(self):
        condition = self.criteria()
        always = condition.lower() == "all"
        lines = [self.line("Match", condition).replace("=", " ", 0)]
        for _ in range(self.r.randint(0, 5)):
            if self.r.random() < 0.1:
                lines += self.include(in_match=True)
            else:
                lines.append(self.well_formed(True, always))
        return lines

    def include(self, in_match=False):
        if self.depth > 2:
            return []
        self.depth += 1
        name = f"inc/{self.r.randint(10, 99)}-{len(self.configuration.files)}.conf"
        if self.r.random() < 0.3:
            name = f"sshd_config.d/{self.r.randint(10, 99)}-x{len(self.configuration.files)}.conf"
        body = []
        for _ in range(self.r.randint(0, 3)):
            body.append(self.well_formed(in_match))
        if self.r.random() < 0.4:
            body += self.block()
        self.write(name, body)
        self.depth -= 1
        pattern = self.r.choice([name, "/etc/ssh/" + name, name.rsplit("-", 1)[0] + "*.conf", '"' + name + '"'])
        if self.r.random() < 0.1:
            pattern += " no-such-*"
        return [self.line("Include", pattern)]

    def write(self, name, lines):
        text = "\n".join(lines)
        text += self.r.choice(["\n"] * 5 + ["", "\n\n"])
        self.configuration.files[name] = text.encode("latin-1")

    def disturb(self, line):
        """A few bytes of a line put in, taken out or doubled."""
        r = self.r
        for _ in range(r.choice([1, 1, 2, 3])):
            at = r.randint(0, len(line))
            roll = r.random()
            if roll < 0.6:
                line = line[:at] + r.choice(list(" \t\"'\\\\#=,!*?+-^~%:/[]@\r\f\v\0\x80\xff09azAZ.")) + line[at:]
            elif roll < 0.85:
                line = line[:at] + line[at + 1:]
            else:
                line = line[:at] + line[max(0, at - r.randint(1, 4)):]
        return line

    def main_file(self):
        r = self.r
        lines = []
        if r.random() < 0.6:
            lines.append("Include /etc/ssh/sshd_config.d/*.conf")
        for _ in range(r.randint(1, 12)):
            roll = r.random()
            if roll < 0.06:
                lines += self.include()
            elif roll < 0.12:
                lines.append(r.choice(["", "# comment", "   ", "\t#x", "\r"]))
            else:
                lines.append(self.well_formed(False))
        for _ in range(r.choice([0, 0, 1, 1, 2, 3, 4])):
            lines += self.block()
        if not self.right and r.random() < 0.5:
            for _ in range(r.choice([1, 1, 2, 4])):
                at = r.randrange(len(lines))
                lines[at] = self.disturb(r.choice([lines[at], lines[at], r.choice(ODD)]))
        elif not self.right:
            for _ in range(r.choice([1, 1, 1, 2])):
                lines.insert(r.randint(0, len(lines)), r.choice(ODD))
        return lines

    def connection(self, full):
        r = self.r
        address = r.choice(ADDRESSES)
        host = r.choice(HOSTS)
        mentioned = b"usedns" in self.configuration.text()
        parts = {"user": r.choice(USERS), "host": host if mentioned or not full else address, "addr": address,
                 "laddr": r.choice(ADDRESSES[:4] + ["::1"]), "lport": r.choice(PORTS + ["8022"]), "rdomain": r.choice(["", "vrf0"])}
        if not full:
            for part in list(parts):
                if part != "lport" and r.random() < 0.3:
                    del parts[part]
        spec = ",".join(f"{k}={v}" for k, v in parts.items())
        if self.newer and (parts.get("user") == "nosuch" if full else r.random() < 0.1):
            spec += ",invalid-user"
        return spec

    def make(self):
        c = self.configuration
        for i in range(self.r.choice([0, 0, 1, 2])):
            lines = [self.well_formed(False) for _ in range(self.r.randint(0, 3))]
            if self.r.random() < 0.3:
                lines += self.block()
            self.write(f"sshd_config.d/{self.r.randint(10, 99)}-d{i}.conf", lines)
        self.write("sshd_config", self.main_file())
        text = c.text()
        if b"hostkey" in text or b"hostdsakey" in text:
            # One that exists, as sshd shows nothing without.
            c.files["sshd_config"] = b"HostKey /etc/ssh/ssh_host_ed25519_key\n" + c.files["sshd_config"]
        if b"loop.conf" in text:
            c.files["deep/loop.conf"] = self.r.choice([b"Include /etc/ssh/deep/loop.conf\n", b"Include deep/a*.conf\n"])
            c.files["deep/a.conf"] = b"X11Forwarding yes\n"
            c.files["deep/ab.conf"] = self.r.choice([b"Include deep/a*.conf\n", b"PermitTTY no\n"])
        if b"dangling" in text or b"dangl*" in text:
            c.links["dangling.conf"] = "/no/such/target"
        c.questions = [self.connection(full=False) for _ in range(2)]
        c.users = [self.r.choice(["root", "root", "alice", "bob"])]
        for _ in range(2):
            spec = self.connection(full=True).replace(",invalid-user", "").split(",", 1)[1]
            c.questions.append(f"user={c.users[0]},{spec}")
        return c
