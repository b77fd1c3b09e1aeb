//! Which keys say that their value is something: a password, a token, the name of a computer. To teach another one, add it here.

use std::sync::LazyLock;

/// What a key says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// A password, however short.
    Password,
    /// A token or key, if it can be one.
    Token,
    /// That, and a cloud provider's.
    Cloud,
    /// All of the line or string is secret, but for the scheme before it.
    Header,
    Licence,
    Serial,
    User,
    Host,
    Domain,
    Mac,
    Phone,
    SocialSecurity,
    /// The number of a user or group, with the name in brackets behind it.
    Id,
    /// The common name in a directory: of a person, a computer, or a folder that every directory has.
    Common,
    /// What the object around it asks: `"host": {"name": "x"}`.
    Inner,
    /// A user and a password with a colon between.
    UserAndPassword,
}

/// Keys by their end, in small letters and without signs. `whole` ones begin where a word of the key begins.
const KEYS: &[(Asks, bool, &str)] = &[
    (
        Asks::Password,
        false,
        "password passwd passphrase passcode passwort kennwort motdepasse contrasena secret clientsecret sharedsecret \
         presharedkey userpassword storepass keypass credential credentials bindpw rootpw rootpass userpass dbpass becomepass \
         authpass privpass ldappass mailpass smtppass",
    ),
    (Asks::Password, true, "pass pwd pw psk pin community communitystring rocommunity rwcommunity sshpass pgpassword"),
    (
        Asks::Token,
        false,
        "token apikey accesskey secretkey privatekey authkey sharedkey encryptionkey masterkey sessionkey signingkey \
         sharedaccesskey connectionkey subscriptionkey webhooksecret jsessionid phpsessid aspnetsessionid dsid \
         sharedaccesssignature xcsrftoken accesssignature hmackey authtoken deploykey csrf xsrf secretkeybase appkey \
         amzsignature instrumentationkey privatekeyid passkey privatemac sessionid",
    ),
    (Asks::Token, true, "sig sid bearer auth sessid sessioncookie jwt nonce cnonce otp"),
    (
        Asks::Cloud,
        false,
        "accountkey secretaccesskey awsaccesskeyid storagekey awssecretaccesskey awssessiontoken azurekey storageaccountkey \
         accesskeyid",
    ),
    (
        Asks::Header,
        true,
        "authorization proxyauthorization cookie setcookie xauthtoken xapikey xvaulttoken wwwauthorization",
    ),
    (
        Asks::Licence,
        false,
        "licensekey licencekey productkey activationkey activationcode licensecode licencecode serialkey licenseid \
         registrationkey registrationcode cdkey authcode authorizationcode licensinghardwareid supportid entitlementid \
         activationid leaseid",
    ),
    (Asks::Licence, true, "license licence"),
    (
        Asks::Serial,
        true,
        "serial serialnumber serialno serialnum sn servicetag assettag chassisserial systemserial hwserial serialnr \
         seriennummer expressservicecode machineserial idserial idserialshort serialshort boardserial",
    ),
    (
        Asks::User,
        true,
        "user username userid loginname login logon logonname account accountname samaccountname logname ruser uid upn \
         userprincipalname subjectusername targetusername runas principal usr owner createdby modifiedby owneruser author \
         initiatedby requestedby requester dbuser sshuser smbuser benutzer benutzername utilisateur accountid \
         initiator startedby launchedby operator loggedinuser runasuser suser duser creator",
    ),
    (
        Asks::Host,
        true,
        "host hostname server servername computer computername machine machinename workstation workstationname rhost \
         remotehost datasource fqdn dnsname domaincontroller proxy endpoint node nodename clientname sourcehost dsthost \
         srchost targetserver sqlserver vcenter vcenterserver esxihost targetserversname peer peername clienthost \
         sourceworkstation remoteserver repositoryserver proxyserver mailserver smtpserver dbhost localhost hostip \
         dnshostname netbiosname servernode vmname systemname guestname",
    ),
    (
        Asks::Domain,
        true,
        "domain domainname workgroup realm targetdomainname subjectdomainname accountdomain dnsdomain searchdomain \
         dnsdomainname userdomain logondomain ntdomain netbiosdomain dc userdnsdomain dnssuffix primarydnssuffix",
    ),
    (
        Asks::Phone,
        false,
        "phone telephone telefon phonenumber telephonenumber phoneno phonenr telefax faxnumber faxno faxnr mobilenumber \
         mobileno cellnumber telnr telno telefonnummer msisdn",
    ),
    (Asks::Id, true, "gid egid groups"),
    (Asks::Common, true, "cn"),
    (Asks::Inner, true, "name"),
    (Asks::Phone, true, "tel fax mobile mobil handy facsimile"),
    (Asks::SocialSecurity, true, "ssn socialsecurity socialsecuritynumber socialsecurityno ssnumber"),
    (Asks::Mac, true, "mac macaddress macaddr hwaddr hwaddress physicaladdress ethernetaddress wwn wwpn wwnn ether"),
];

/// What a key says, whether it is whole, and the key.
pub(super) type Key = (Asks, bool, &'static str);

/// Keys by their last two letters, the longest first.
pub(super) static BY_END: LazyLock<Vec<Vec<Key>>> = LazyLock::new(|| {
    let mut table = vec![Vec::new(); 1024];
    for (asks, whole, keys) in KEYS {
        for key in keys.split_ascii_whitespace() {
            table[end_of(key.as_bytes())].push((*asks, *whole, key));
        }
    }
    table.iter_mut().for_each(|keys| keys.sort_by_key(|(_, _, key)| std::cmp::Reverse(key.len())));
    table
});

/// Where keys that end so stand in the table.
pub(super) fn end_of(key: &[u8]) -> usize {
    match key {
        [.., a, b] => usize::from(a & 31) << 5 | usize::from(b & 31),
        _ => 0,
    }
}
