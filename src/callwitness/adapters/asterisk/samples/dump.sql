-- MySQL dump
CREATE TABLE `cdr` (
  `calldate` datetime NOT NULL,
  `clid` varchar(80) NOT NULL DEFAULT ''
);
INSERT INTO `cdr` (`calldate`, `clid`, `src`, `dst`, `dcontext`, `channel`, `dstchannel`, `lastapp`, `lastdata`, `duration`, `billsec`, `disposition`, `amaflags`, `accountcode`, `uniqueid`, `userfield`, `did`, `recordingfile`, `linkedid`, `sequence`) VALUES
('2026-03-02 13:00:00','"O\'Brien" <79000000101>','79000000101','101','ext-local','PJSIP/trunk-00000001','PJSIP/101-00000002','Dial','PJSIP/101,20',65,60,'ANSWERED',3,'','1772445600.1','','74950000101','','1772445600.1',1),
('2026-03-02 13:05:00','79000000102','79000000102','s','ivr-1','PJSIP/trunk-00000003','','BackGround','welcome',12,12,'ANSWERED',3,'','1772445900.3','','74950000101','','1772445900.3',2),
('0000-00-00 00:00:00','','','','','','','','',0,0,'ANSWERED',0,'','','','','','',0);
INSERT INTO `cel` (`id`, `eventtype`, `eventtime`, `cid_num`, `exten`, `context`, `channame`, `appname`, `appdata`, `uniqueid`, `linkedid`, `extra`) VALUES
(1,'CHAN_START','2026-03-02 13:05:00','79000000102','74950000101','from-pstn','PJSIP/trunk-00000003','','','1772445900.3','1772445900.3',''),
(2,'HANGUP','2026-03-02 13:05:12','79000000102','h','ivr-1','PJSIP/trunk-00000003','','','1772445900.3','1772445900.3','{"hangupcause":16,"hangupsource":"PJSIP/trunk-00000003"}');
INSERT INTO `cdr_copy` (`calldate`) VALUES ('2026-03-02 13:00:00');
