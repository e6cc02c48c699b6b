"""Configuration files of the lab's two exchanges, from ``templates/`` and the ports of this run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "templates"
SECRET = "lab"  # of the manager interface: loopback only, for the minutes of one run

# The office's telephones. Names are those of queues.conf where a member has one.
# Those from 201 on belong to the recorded calls.
PHONES = (*range(101, 115), *range(121, 130), *range(131, 137), 138, *range(201, 246))
# Recorded calls wait in a queue each: w01 for the caller whose number ends in 01.
WAITING = range(1, 13)
# 137 registers itself (desk_phone.py), 139 never does.
REGISTERING = (137, 139)

_MODULES = """
    app_channelredirect app_dial app_exec app_mixmonitor app_playback app_queue app_senddtmf app_stack app_transfer app_userevent app_verbose app_voicemail
    app_cdr bridge_builtin_features bridge_holding bridge_native_rtp bridge_simple bridge_softmix
    cdr_csv cel_custom cdr_custom chan_pjsip codec_alaw codec_ulaw codec_gsm codec_g722 codec_resample
    format_gsm format_wav format_pcm format_sln func_blacklist func_callerid func_cdr func_channel func_cut
    func_db func_global func_logic func_strings func_timeout func_dialplan
    pbx_config res_cdrel_custom res_clioriginate res_convert res_musiconhold res_pjproject
    res_pjsip res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_dtmf_info
    res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_header_funcs
    res_pjsip_nat res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_session
    res_rtp_asterisk res_sorcery_astdb res_sorcery_config res_sorcery_memory res_sorcery_realtime
    res_timing_timerfd res_crypto res_curl res_mwi_devstate
"""


class _ConfTemplate(Template):
    """Placeholders are ``@@name``: Asterisk uses the dollar sign itself."""

    delimiter = "@@"


@dataclass(frozen=True, slots=True)
class Ports:
    """What one exchange listens on, all on loopback."""

    sip: int
    ami: int
    rtp_start: int
    rtp_end: int


def write_configuration(tree: Path, home: Path, role: str, ports: Ports, peer: Ports) -> None:
    """Fill ``home / "etc"`` for ``role`` (office | network), with paths as they are inside the chroot ``tree``."""
    modules = next((tree / "usr/lib").glob("*/asterisk/modules"))
    values = {
        "home": f"/{home.relative_to(tree)}",
        "modules": f"/{modules.relative_to(tree)}",
        "modules_list": "\n".join(f"load = {name}.so" for name in _MODULES.split()),
        "system_name": "net" if role == "network" else "",
        "sip_port": str(ports.sip),
        "peer_port": str(peer.sip),
        "ami_port": str(ports.ami),
        "ami_secret": SECRET,
        "rtp_start": str(ports.rtp_start),
        "rtp_end": str(ports.rtp_end),
        "waiting": "\n".join(f"[w{number:02d}](recorded)" for number in WAITING),
        "phones": "\n".join(_phone(role, number, peer) for number in (*PHONES, *REGISTERING)),
    }
    for folder in ("both", role):
        for template in sorted((TEMPLATES / folder).iterdir()):
            (home / "etc" / template.name).write_text(_ConfTemplate(template.read_text()).substitute(values))


def _phone(role: str, number: int, peer: Ports) -> str:
    """The phone as the office knows it, or as the network plays it."""
    if role == "network":
        return f"[phone-{number}](phone)\nfrom_user = {number}\n"
    contact = f"contact = sip:{number}@127.0.0.1:{peer.sip}" if number in PHONES else "max_contacts = 1"
    return (
        f'[{number}](phone)\naors = {number}\ncallerid = "" <{number}>\n\n[{number}]\ntype = aor\n{contact}\n'
    )
