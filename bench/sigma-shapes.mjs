/** Vocabulary and shapes of the generated rules: fields, modifiers and conditions as SigmaHQ's rules use them. */

const PROGRAMS =
  `powershell pwsh cmd wscript cscript mshta rundll32 regsvr32 certutil bitsadmin wmic schtasks sc net net1 reg
regedit msiexec installutil regasm regsvcs msbuild csc vbc cmstp control forfiles hh ieexec infdefaultinstall mavinject
odbcconf pcalua presentationhost print replace rpcping runonce scriptrunner syncappvpublishingserver tttracer verclsid wab
winrm wuauclt xwizard appvlp bginfo cdb dxcap mftrace msdeploy psr rasautou register-cimprovider sqldumper sqlps
sqltoolsps te tracker vsjitdebugger adplus agentexecutor dnscmd dsquery esentutl expand extexport extrac32 findstr
ftp gpscript ilasm jsc makecab msconfig msdt netsh nltest ntdsutil ping procdump psexec psexesvc quser query rclone
robocopy route sdelete setspn shutdown systeminfo takeown tasklist taskkill tscon vssadmin wbadmin wevtutil whoami wsl
7z winrar anydesk teamviewer screenconnect splashtop mimikatz rubeus sharphound bloodhound seatbelt adfind nmap plink
putty nc ncat curl wget python java node ruby perl code devtunnel cloudflared ngrok chisel ligolo frp`.split(/\s+/);

const ARGUMENTS = [
  ...[
    '-enc',
    '-EncodedCommand',
    '-nop',
    '-noni',
    '-w hidden',
    '-WindowStyle Hidden',
    '-ExecutionPolicy Bypass',
    '-ep bypass',
  ],
  ...['/c', '/k', '/create', '/delete', '/sc onlogon', '/ru system', '-urlcache', '-split -f', '-decode', '-encodehex'],
  ...[
    'delete shadows',
    'resize shadowstorage',
    'shadowcopy delete',
    'recoveryenabled no',
    'bootstatuspolicy',
    'set-log',
  ],
  ...['DownloadString(', 'DownloadFile(', 'Invoke-WebRequest', 'Invoke-Expression', 'IEX', 'New-Object Net.WebClient'],
  ...[
    'FromBase64String',
    'Reflection.Assembly',
    'System.Net.Sockets.TCPClient',
    'Start-BitsTransfer',
    'Add-MpPreference',
  ],
  ...['-ExclusionPath', 'DisableRealtimeMonitoring', 'Set-MpPreference', 'sekurlsa::', 'lsadump::', 'privilege::debug'],
  ...[
    'process call create',
    '/node:',
    'localgroup administrators',
    'user /add',
    'group "domain admins"',
    'accounts /domain',
  ],
  ...['advfirewall set allprofiles', 'firewall delete rule', 'portproxy add', 'wlan export profile', 'key=clear'],
  ...['save hklm\\sam', 'save hklm\\security', 'add hkcu\\software', 'query hklm\\software', '\\CurrentVersion\\Run'],
  ...['javascript:', 'vbscript:', 'shell32.dll', 'comsvcs.dll', 'MiniDump', 'url.dll,', 'zipfldr.dll', 'scrobj.dll'],
  ...[
    '\\AppData\\Local\\Temp\\',
    '\\Users\\Public\\',
    '\\ProgramData\\',
    '\\Windows\\Temp\\',
    '\\Downloads\\',
    '%TEMP%',
  ],
  ...[
    'http://',
    'https://',
    '.onion',
    'pastebin.com',
    'raw.githubusercontent.com',
    'discordapp.com',
    'trycloudflare.com',
  ],
  ...['-ma lsass', 'lsass.dmp', 'ntds.dit', 'ac i ntds', 'create full', '-accepteula', '-s cmd', '-dump', '--headless'],
  ...['--remote-debugging-port=', '--load-extension=', '-p 4444', '-e cmd.exe', '-lvp', 'socks', 'tunnel', 'reverse:'],
];

const KEYS = [
  ...[
    '\\CurrentVersion\\Run\\',
    '\\CurrentVersion\\RunOnce\\',
    '\\Winlogon\\Shell',
    '\\Winlogon\\Userinit',
    '\\Policies\\System',
  ],
  ...[
    '\\Image File Execution Options\\',
    '\\SilentProcessExit\\',
    '\\Services\\',
    '\\Control\\Lsa\\',
    '\\Control\\SafeBoot\\',
  ],
  ...['\\Windows Defender\\', '\\Terminal Server\\WinStations\\', '\\EventLog\\', '\\AppCertDlls', '\\AppInit_DLLs'],
  ...['\\Shell\\Open\\Command', '\\InprocServer32', '\\Outlook\\Security', '\\Word\\Security\\', '\\Excel\\Options'],
  ...[
    '\\Internet Settings\\ZoneMap',
    '\\FirewallPolicy\\',
    '\\Print\\Monitors\\',
    '\\NetworkProvider\\Order',
    '\\BITS',
  ],
];

const FOLDERS = [
  ...['C:\\Windows\\System32\\', 'C:\\Windows\\SysWOW64\\', 'C:\\Windows\\WinSxS\\', 'C:\\Program Files\\'],
  ...[
    'C:\\Program Files (x86)\\',
    'C:\\ProgramData\\Microsoft\\',
    'C:\\Windows\\Microsoft.NET\\',
    'C:\\Windows\\Temp\\',
  ],
];

const DOMAINS = `api.telegram.org ngrok.io portmap.io duckdns.org anonfiles.com mega.nz transfer.sh ipinfo.io ip-api.com
whatismyip.akamai.com icanhazip.com ipify.org devtunnels.ms asuscomm.com no-ip.biz serveo.net file.io gofile.io`.split(
  /\s+/,
);

const SCRIPTS =
  `Invoke-Mimikatz Invoke-Kerberoast Invoke-DCSync Get-GPPPassword Out-Minidump Get-Keystrokes Add-Persistence
Invoke-WmiCommand Find-LocalAdminAccess Get-NetUser Invoke-UserHunter Set-MacAttribute Invoke-PsExec VirtualAlloc
CreateThread WriteProcessMemory GetProcAddress MiniDumpWriteDump AmsiUtils amsiInitFailed Get-ADComputer
Get-ADUser New-ScheduledTaskAction Register-WmiEvent Set-WmiInstance Compress-Archive Get-Clipboard Clear-EventLog
Remove-EventLog Disable-WindowsOptionalFeature Enable-PSRemoting New-PSSession ConvertTo-SecureString Export-PfxCertificate
Get-Process-lsass Win32_ShadowCopy Win32_Process Net.Mail.SmtpClient System.IO.Compression GetAsyncKeyState`.split(
    /\s+/,
  );

const exe = (choose) => `\\${choose.one(PROGRAMS)}.exe`;
const exes = (choose, from, to) => choose.some(PROGRAMS, from, to).map((name) => `\\${name}.exe`);
/** An argument that only this rule looks for in part: real rules rarely share every word. */
const argument = (choose, i) =>
  choose.chance(0.5) ? choose.one(ARGUMENTS) : `${choose.one(ARGUMENTS)} ${choose.one(PROGRAMS)}${i % 97}`;
const hex = (choose, length) => Array.from({ length }, () => '0123456789abcdef'[choose.below(16)]).join('');

function imageAndCommand(choose, i) {
  const programs = choose.some(PROGRAMS, 1, 3);
  return {
    selection_img: [
      { 'Image|endswith': programs.map((name) => `\\${name}.exe`) },
      { OriginalFileName: programs.map((name) => `${name.toUpperCase()}.EXE`) },
    ],
    selection_cli: {
      [choose.chance(0.5) ? 'CommandLine|contains|all' : 'CommandLine|contains']: [
        argument(choose, i),
        ...choose.some(ARGUMENTS, 1, 4),
      ],
    },
    condition: 'all of selection_*',
  };
}

function parentAndChild(choose) {
  return {
    selection: { 'ParentImage|endswith': exes(choose, 1, 4), 'Image|endswith': exes(choose, 1, 6) },
    filter_main_legit: { 'CommandLine|contains': choose.some(ARGUMENTS, 1, 2) },
    filter_main_null: { CommandLine: null },
    filter_optional_folder: { 'Image|startswith': choose.some(FOLDERS, 1, 3) },
    condition: 'selection and not 1 of filter_main_* and not 1 of filter_optional_*',
  };
}

function commandLine(choose, i) {
  return {
    selection: { 'CommandLine|contains': [argument(choose, i), ...choose.some(ARGUMENTS, 0, 8)] },
    filter: { 'ParentImage|startswith': choose.some(FOLDERS, 1, 2) },
    condition: choose.chance(0.4) ? 'selection and not filter' : 'selection or (selection and filter)',
  };
}

function dashedFlags(choose, i) {
  return {
    selection_img: { 'Image|endswith': exe(choose) },
    selection_flags: { 'CommandLine|windash|contains': [` -${choose.one(PROGRAMS).slice(0, 5)}${i % 31} `, ' -ma '] },
    condition: 'all of selection_*',
  };
}

function commandPattern(choose, i) {
  const program = choose.one(PROGRAMS);
  return {
    selection: { 'CommandLine|re': `(?i)${program}(?:\\.exe)?"? .{0,40}(?:-|/)${choose.one(PROGRAMS)}${i % 13}` },
    condition: 'selection',
  };
}

function encodedScript(choose) {
  return {
    selection: { 'CommandLine|base64offset|contains': choose.some(SCRIPTS, 1, 4) },
    selection_wide: { 'CommandLine|wide|base64offset|contains': choose.some(SCRIPTS, 1, 2) },
    condition: '1 of selection*',
  };
}

function hashes(choose) {
  return {
    selection_hash: {
      'Hashes|contains': Array.from({ length: 2 + choose.below(20) }, () => `IMPHASH=${hex(choose, 32)}`),
    },
    selection_name: { Description: `Tool ${hex(choose, 6)}`, Company: 'Sysinternals - www.sysinternals.com' },
    condition: '1 of selection_*',
  };
}

const PROCESS = [
  ...[imageAndCommand, imageAndCommand, imageAndCommand, imageAndCommand, parentAndChild, parentAndChild, commandLine],
  ...[commandLine, dashedFlags, commandPattern, encodedScript, hashes],
];

function registry(choose, i) {
  return {
    selection: {
      'TargetObject|contains': choose.chance(0.6)
        ? `${choose.one(KEYS)}${choose.one(PROGRAMS)}${i % 50}`
        : choose.some(KEYS, 1, 4),
      'Details|contains': choose.chance(0.5) ? choose.some(ARGUMENTS, 1, 3) : 'DWORD (0x00000001)',
    },
    filter_main_image: { 'Image|endswith': exes(choose, 1, 2), 'Image|startswith': choose.one(FOLDERS) },
    condition: 'selection and not 1 of filter_main_*',
  };
}

function file(choose, i) {
  const name = `${choose.one(PROGRAMS)}${i % 61}`;
  return choose.chance(0.5)
    ? {
        selection: { 'TargetFilename|endswith': [`\\${name}.dll`, `\\${name}.ps1`, `.${name}`] },
        condition: 'selection',
      }
    : {
        selection: { 'Image|endswith': exes(choose, 1, 3), 'TargetFilename|contains': choose.some(ARGUMENTS, 1, 3) },
        filter: { 'TargetFilename|startswith': FOLDERS[0], 'TargetFilename|endswith': `\\${name}.log` },
        condition: 'selection and not filter',
      };
}

function script(choose, i) {
  return {
    selection_one: {
      [choose.chance(0.5) ? 'ScriptBlockText|contains|all' : 'ScriptBlockText|contains']: [
        `${choose.one(SCRIPTS)}${i % 41 === 0 ? '' : ` -${choose.one(PROGRAMS)}`}`,
        ...choose.some(SCRIPTS, 1, 5),
      ],
    },
    condition: '1 of selection_*',
  };
}

function security(choose, i) {
  const ids = [
    [4624, 4625],
    [4672],
    [4688],
    [4697],
    [4698, 4702],
    [4719],
    [4720, 4738],
    [4768, 4769, 4771],
    [5136],
    [5140, 5145],
    [5156],
  ];
  return {
    selection: {
      Provider_Name: 'Microsoft-Windows-Security-Auditing',
      EventID: choose.one(ids),
      [choose.one([
        'SubjectUserName|endswith',
        'TargetUserName|contains',
        'ObjectName|contains',
        'ServiceName|startswith',
        'ShareName|endswith',
      ])]: `${choose.one(PROGRAMS)}${i % 37}`,
    },
    filter: choose.chance(0.5)
      ? { IpAddress: ['-', '::1', '127.0.0.1'] }
      : { 'IpAddress|cidr': ['10.0.0.0/8', '192.168.0.0/16', 'fe80::/10'] },
    filter_machine: { 'SubjectUserName|endswith': '$', 'LogonType|lte': 3 },
    condition: 'selection and not 1 of filter*',
  };
}

function service(choose, i) {
  return {
    selection: {
      Provider_Name: 'Service Control Manager',
      EventID: 7045,
      'ImagePath|contains': [`${choose.one(PROGRAMS)}${i % 43}`, choose.one(ARGUMENTS)],
    },
    condition: 'selection',
  };
}

function image(choose, i) {
  return {
    selection: { 'ImageLoaded|endswith': [`\\${choose.one(PROGRAMS)}${i % 29}.dll`, `\\${choose.one(PROGRAMS)}.dll`] },
    filter_main_signed: { Signed: 'true', 'ImageLoaded|startswith': choose.some(FOLDERS, 1, 4) },
    condition: 'selection and not 1 of filter_main_*',
  };
}

function network(choose) {
  return {
    selection: { Initiated: 'true', 'DestinationHostname|endswith': choose.some(DOMAINS, 1, 6) },
    selection_port: {
      'Image|endswith': exes(choose, 1, 4),
      DestinationPort: [4444, 1337, 8443, 3389].slice(choose.below(3)),
    },
    filter: { 'DestinationIp|cidr': ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12'] },
    condition: '1 of selection* and not filter',
  };
}

function query(choose, i) {
  return {
    selection: { 'QueryName|endswith': choose.some(DOMAINS, 1, 5), QueryStatus: 0 },
    selection_odd: { 'QueryName|startswith': `${choose.one(PROGRAMS)}${i % 23}.` },
    filter: { 'Image|fieldref': 'ParentImage' },
    condition: '1 of selection* and not filter',
  };
}

function access(choose) {
  return {
    selection: {
      'TargetImage|endswith': '\\lsass.exe',
      'GrantedAccess|endswith': choose.some(['10', '30', '50', '70', '90', 'BA', 'D0', 'FF'], 2, 5),
    },
    selection_call: { 'CallTrace|contains': [`|UNKNOWN(${hex(choose, 6)}`, `${choose.one(PROGRAMS)}.dll`] },
    filter: { 'SourceImage|endswith': exes(choose, 1, 3) },
    condition: 'selection and selection_call and not filter',
  };
}

function keywords(choose, i) {
  return {
    keywords: [`${choose.one(SCRIPTS)} ${choose.one(PROGRAMS)}`, `${choose.one(PROGRAMS)} failed with ${i % 89}`],
    condition: 'keywords',
  };
}

const windows = (rest) => ({ product: 'windows', ...rest });
const category = (name, share, makers) => ({
  name,
  share,
  logsource: windows({ category: name }),
  make: (choose, i) => choose.one(makers)(choose, i),
});

/** Shares of rules/windows of SigmaHQ in percent, rounded. */
export const CATEGORIES = [
  category('process_creation', 50, PROCESS),
  category('registry_set', 10, [registry]),
  category('file_event', 8, [file]),
  category('ps_script', 7, [script]),
  category('image_load', 5, [image]),
  category('network_connection', 3, [network]),
  category('dns_query', 2, [query]),
  category('process_access', 2, [access]),
  { ...category('security', 8, [security]), logsource: windows({ service: 'security' }) },
  { ...category('system', 4, [service]), logsource: windows({ service: 'system' }) },
  { ...category('application', 1, [keywords]), logsource: windows({ service: 'application' }) },
];

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';

function event(provider, channel, id) {
  return [
    '<Events>',
    '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>',
    `<Provider Name="${provider}"/><EventID>${id}</EventID><Level>4</Level>`,
    '<TimeCreated SystemTime="2026-03-11T01:20:05.2500000Z"/><EventRecordID>4100</EventRecordID>',
    `<Channel>${channel}</Channel><Computer>HV02</Computer><Security/></System>`,
    '<EventData><Data Name="Image">C:\\Windows\\notepad.exe</Data></EventData></Event>',
    '</Events>',
  ].join('\n');
}

function sysmon(name, ids, others = []) {
  return {
    id: `windows-${name.replaceAll('_', '-')}`,
    title: `Events of category ${name}`,
    logsource: windows({ category: name }),
    where: [{ Channel: SYSMON, EventID: ids }, ...others],
    sample: event('Microsoft-Windows-Sysmon', SYSMON, ids[0]),
  };
}

/** What the categories mean here; `system` and `application` are the core pack's. */
export const LOGSOURCES = [
  sysmon('process_creation', [1], [{ Channel: 'Security', EventID: 4688 }]),
  sysmon('registry_set', [13], [{ Channel: 'Security', EventID: 4657 }]),
  sysmon('file_event', [11]),
  sysmon('image_load', [7]),
  sysmon('network_connection', [3], [{ Channel: 'Security', EventID: 5156 }]),
  sysmon('dns_query', [22]),
  sysmon('process_access', [10]),
  {
    ...sysmon('ps_script', [4104]),
    where: { Channel: 'Microsoft-Windows-PowerShell/Operational', EventID: 4104 },
    sample: event('Microsoft-Windows-PowerShell', 'Microsoft-Windows-PowerShell/Operational', 4104),
  },
  {
    ...{ id: 'windows-security', title: 'Windows Security log', logsource: windows({ service: 'security' }) },
    ...{ where: { Channel: 'Security' }, sample: event('Microsoft-Windows-Security-Auditing', 'Security', 4624) },
  },
];

const DAEMONS =
  `sshd named postfix dovecot nginx httpd mysqld mariadbd postgres redis-server slapd nscd sssd winbindd smbd nmbd
cupsd crond atd auditd chronyd ntpd dhclient dnsmasq haproxy keepalived corosync pacemakerd drbd glusterd ceph-osd
nfsd rpc.statd autofs multipathd iscsid lvm mdadm smartd udisksd polkitd firewalld fail2ban snmpd zabbix_agentd
dockerd containerd kubelet libvirtd qemu-ga waagent hypervkvpd tomcat java rsyslogd`.split(/\s+/);
const TROUBLES = [
  ...[
    'cannot allocate memory for',
    'permission denied while opening',
    'unexpected end of file in',
    'lost connection to',
  ],
  ...[
    'timed out waiting for',
    'refused to accept',
    'checksum mismatch in',
    'corrupted header of',
    'too many open files for',
  ],
  ...[
    'failed to write',
    'failed to rotate',
    'could not resolve',
    'segmentation fault near',
    'assertion failed in',
    'replication broken for',
  ],
  ...[
    'deadlock detected in',
    'quota exceeded on',
    'certificate expired for',
    'authentication failure against',
    'rejected malformed',
  ],
];
const THINGS =
  `index journal table socket segment spool cache volume mailbox zone lease shadow keyring snapshot replica tablespace
pidfile backend upstream listener cursor transaction bucket chunk stripe monitor`.split(/\s+/);

export const LINUX = {
  name: 'syslog',
  logsource: { product: 'linux', service: 'syslog' },
  make(choose, i) {
    const phrase = `${choose.one(TROUBLES)} ${choose.one(THINGS)} ${hex(choose, 2)}${i % 1000}`;
    const other = `${choose.one(THINGS)} ${choose.one(TROUBLES)} ${choose.one(DAEMONS)}-${i % 211}`;
    if (i % 3 === 0) return { keywords: [phrase, other], condition: 'keywords' };
    const selection = {
      'process.name': choose.one(DAEMONS),
      'message|contains': i % 2 === 0 ? phrase : [phrase, other],
    };
    if (i % 5 === 0)
      return { selection: { 'message|re': `${phrase} (?:on|of) \\S+ after \\d+ ms` }, condition: 'selection' };
    return i % 4 === 0
      ? { selection, filter: { 'message|contains': choose.one(THINGS) }, condition: 'selection and not filter' }
      : { selection, condition: 'selection' };
  },
};
