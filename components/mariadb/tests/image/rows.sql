create table t(a int primary key auto_increment, b json, c decimal(30,10), d datetime(6), e blob, k varchar(20) collate utf8mb4_bin unique, g point, fulltext(k));
insert into t(b,c,d,e,k,g) select '{"a":"ü😀"}', seq/3, now(6), unhex(md5(seq)), concat('k',seq), point(seq,1) from seq_1_to_50;
create sequence s increment 5;
select nextval(s),nextval(s);
create view v as select count(*) from t;
delimiter //
create procedure p() begin select 1; end//
create trigger tr before insert on t for each row begin set new.c=1; end//
delimiter ;
create event ev on schedule every 1 day do select 1;
create database other; create table other.o(z int); insert into other.o values(3);
create table `weird ``name`(`a b` int) engine=aria;
