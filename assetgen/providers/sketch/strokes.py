"""Icon glyphs as strokes on a 24 x 24 grid: a name, the words that mean it, and what to draw. Data only; the pen is in `glyphs`.

A stroke is a letter and numbers; a leading "-" cuts away what is there. d x y r: disc. o x y r w: ring. e x0 y0 x1 y1: ellipse.
r x0 y0 x1 y1 radius: rounded box. p x y ...: polygon. l w x y ...: line. a x y r from to w: arc. q x y r from to: sector.
s x y R r n: star. g x y R r n: gear.
"""

TABLE = """
gear settings,cog,configuration,preference,option: g 12 12 9.6 7.4 8; -d 12 12 3.2
star favorite,favourite,rating: s 12 12.6 10 4.3 5
user person,profile,account,avatar,man,woman,people: d 12 7.6 4.4; r 3.6 13.6 20.4 26 8.4; -r 0 21 24 30 0
team group,community,crowd,staff: d 8.5 8.2 3.6; r 1.4 13.4 15.6 26 7; d 16.8 8.6 3; q 16.4 20.5 6.6 270 360; r 16.2 13.9 17 20.5 0; -r 0 \
20.5 24 30 0
lock secure,security,password,private,padlock: a 12 9.4 4.6 180 360 2.4; r 6.2 9 8.6 12 0; r 15.4 9 17.8 12 0; r 4.4 10.8 19.6 21.4 \
2.4; -d 12 15.2 1.8; -r 11.2 15.2 12.8 18.6 .6
home house,homepage: p 12 2.4 22.4 11.6 20.6 13.4 12 6 3.4 13.4 1.6 11.6; p 12 7.4 19 13.4 19 21 5 21 5 13.4; -r 9.8 14.6 14.2 22 .8
search find,magnifier,lookup,zoom: o 10.4 10.4 7.2 2.6; l 3 16 16 20.6 20.6
bell notification,alert,alarm,reminder: d 12 4 1.6; q 12 10.4 6.6 180 360; p 5.4 10.2 18.6 10.2 18.8 14.6 21 18.2 3 18.2 5.2 14.6; q \
12 19.2 2.6 0 180
heart love,like,health,valentine: d 7.6 8.8 5.2; d 16.4 8.8 5.2; p 2.95 11.2 12 21.4 21.05 11.2 16.4 7 12 8.4 7.6 7
cloud weather,hosting,saas: d 7 14.6 4.6; d 12.6 10.4 5.8; d 17.8 14.8 4.2; r 6.6 12 18 19.2 3
mail email,envelope,letter,newsletter,inbox: r 2.4 4.8 21.6 19.2 2.4; -l 1.6 3.6 7 12 13.2 20.4 7
chart graph,analytics,statistic,stats,report,metric,dashboard: r 3.4 12.4 7.4 20.6 1.2; r 10 3.6 14 20.6 1.2; r 16.6 8.4 20.6 20.6 1.2
trend growth,increase,profit: l 2.6 3 17 9 10.6 13.6 14.4 20.4 7; p 15.2 5.2 21.8 5.2 21.8 11.8
pie piechart,share: q 11.4 12.6 8.8 0 270; q 13.2 10.8 8.8 270 360
camera photo,photography,picture,snapshot: r 2.2 6.4 21.8 20 2.8; p 8 6.8 9.6 3.8 14.4 3.8 16 6.8; -d 12 13 4.8; d 12 13 2.9
image gallery,media,illustration: r 2.6 3.8 21.4 20.2 2.6; -d 8 9 1.9; -p 5 17.6 9.8 12 12.8 15 16.2 10.8 19.2 17.6
folder directory,file,project,archive: r 2.4 4.4 11.4 12 2; r 2.4 7 21.6 19.8 2.2
document page,paper,text,note,article,contract: r 4.6 2.4 19.4 21.6 2.2; -l 1.5 8.2 8 15.8 8; -l 1.5 8.2 12 15.8 12; -l 1.5 8.2 16 \
12.8 16
play video,movie,film,player,youtube: p 7.2 4.2 19.6 12 7.2 19.8; l 2.4 7.2 4.8 7.2 19.2 18.6 12 7.2 4.8
brain neural,ai,intelligence,thinking,mind,idea: d 8.4 7.4 4; d 15.6 7.4 4; d 6.2 12.4 4; d 17.8 12.4 4; d 8.6 17 4; d 15.4 17 4; r 7 \
6 17 18 2; -r 11.4 3 12.6 21.4 .4; -l 1.2 11.4 8.4 8.4 8.4 8.4 6.4; -d 8.4 6 1.1; -l 1.2 12.6 15.6 16 15.6 16 17.8; -d 16 18.2 1.1; \
-l 1.2 12.6 11 17.4 11; -d 17.8 11 1.1; -l 1.2 11.4 13.4 6 13.4; -d 5.8 13.4 1.1
circuit chip,cpu,processor,hardware,electronics,semiconductor: r 6 6 18 18 2; -r 9 9 15 15 1; l 1.6 9 2.6 9 6; l 1.6 12 2.6 12 6; l \
1.6 15 2.6 15 6; l 1.6 9 18 9 21.4; l 1.6 12 18 12 21.4; l 1.6 15 18 15 21.4; l 1.6 2.6 9 6 9; l 1.6 2.6 12 6 12; l 1.6 2.6 15 6 15; \
l 1.6 18 9 21.4 9; l 1.6 18 12 21.4 12; l 1.6 18 15 21.4 15
rocket launch,startup,deploy,ship,spaceship: p 12 1.6 15.6 5.4 16.8 10.4 15.8 16.6 8.2 16.6 7.2 10.4 8.4 5.4; p 7.4 11 3.4 15.4 4 \
19.6 8.2 16.6; p 16.6 11 20.6 15.4 20 19.6 15.8 16.6; p 9.6 17.8 14.4 17.8 12 23; -d 12 9 2.1
shield protection,protect,safety,guard,antivirus: p 12 1.8 20.4 5 20.4 11.4 18.4 16.6 12 22.2 5.6 16.6 3.6 11.4 3.6 5; -l 2.2 8.2 \
11.8 11 14.6 16 9
leaf nature,eco,organic,plant,green,sustainable,environment: e 4.2 3.4 19.8 19; -p 0 0 9 0 4 8 3 19 0 24; p 20.6 2.8 12 3 6.4 6.6 4.4 \
11.6 12 18.8 18 15 20.6 9; -l 1.3 6.6 17.2 11 12.4 16 8.4; l 1.8 3.6 21 6.8 17
bolt energy,electric,power,lightning,flash,fast,charge: p 13.6 1.8 4.2 13.6 10.8 13.6 9.6 22.2 19.8 9.6 12.8 9.6
cart shop,store,shopping,checkout,ecommerce,basket: l 2.2 1.8 3.4 5 3.4 7.8 14.4 18.6 14.4 21 6.6 6.2 6.6; p 5.8 6.6 21 6.6 18.6 14.4 \
7.8 14.4; d 9 19.4 2; d 17.4 19.4 2
calendar date,schedule,event,appointment,month: r 3 4.4 21 21.4 2.6; -r 5 9.4 19 10.8 0; l 2.2 8 2.6 8 6; l 2.2 16 2.6 16 6; -d 8.2 \
14 1.2; -d 12 14 1.2; -d 15.8 14 1.2; -d 8.2 17.6 1.2; -d 12 17.6 1.2
clock time,watch,timer,hour,history: d 12 12 9.8; -l 2 12 6.6 12 12.4 15.8 14.6
chat message,comment,conversation,talk,support,speech: r 2.2 3.4 21.8 17 3.4; p 6 15 13 16.6 6.4 21.8; -d 7.6 10.2 1.3; -d 12 10.2 \
1.3; -d 16.4 10.2 1.3
send paperplane,plane,airplane,aeroplane,aircraft,flight,travel: p 1.6 11 22.4 1.8 15.4 22.2 11.6 15 6.8 21.2 6.6 13.4; -l 1.2 22.4 1.8 \
11.6 15; -l 1.2 22.4 1.8 6.6 13.4
globe world,web,internet,earth,international,language,website: d 12 12 9.8; -e 6.8 2.6 17.2 21.4; e 8.2 3 15.8 21; -l 1.3 12 2 12 22; \
-l 1.3 2 8.4 22 8.4; -l 1.3 2 15.6 22 15.6
key access,credential,login,auth,authentication: o 7.6 16.4 5.2 2.8; l 2.8 11 13 20.6 3.4; l 2.4 16.6 7.4 19.6 10.4
pin mappin,location,map,place,marker,address: d 12 9.4 7.6; p 4.9 12 12 22.6 19.1 12 17 6 7 6; -d 12 9.4 3
moon night,crescent,sleep,darkmode: d 11.4 12.4 9.4; -d 16 8.2 7.8
sun day,brightness,sunny,lightmode: d 12 12 4.9; l 2.2 12 1.8 12 4.2; l 2.2 12 19.8 12 22.2; l 2.2 1.8 12 4.2 12; l 2.2 19.8 12 22.2 \
12; l 2.2 4.8 4.8 6.4 6.4; l 2.2 17.6 17.6 19.2 19.2; l 2.2 4.8 19.2 6.4 17.6; l 2.2 17.6 6.4 19.2 4.8
music song,audio,note,sound,melody: e 3.4 15.4 10.2 21.2; e 13.6 13.4 20.4 19.2; l 2.2 9.1 18 9.1 5.4 19.3 3.4 19.3 16; p 8 4.6 20.4 \
2.3 20.4 6.6 8 8.9
book reading,library,manual,documentation,docs,education: p 11.4 6 8 4.2 2.2 4.2 2.2 19 8 19 11.4 20.6; p 12.6 6 16 4.2 21.8 4.2 21.8 \
19 16 19 12.6 20.6
code developer,programming,html,api,script,development: l 2.4 7.8 6.6 2.6 12 7.8 17.4; l 2.4 16.2 6.6 21.4 12 16.2 17.4; l 2.2 13.8 \
4.6 10.2 19.4
terminal console,shell,cli,command: r 2 3.6 22 20.4 2.8; -l 1.9 6 8.6 9.6 12 6 15.4; -l 1.9 12 15.6 17.4 15.6
database storage,data,sql,db,postgres,warehouse: e 3.8 2 20.2 8; r 3.8 5 20.2 19 0; e 3.8 16 20.2 22; -a 12 -.6 10.6 50 130 1.1; -a \
12 4.6 10.6 50 130 1.1; -a 12 10 10.6 50 130 1.1
server backend,rack,host,infrastructure,worker: r 3 3 21 10.8 2; r 3 13.2 21 21 2; -d 6.8 6.9 1.2; -d 10.2 6.9 1.2; -d 6.8 17.1 1.2; \
-d 10.2 17.1 1.2
robot bot,android,automation,assistant,agent: r 4 7.6 20 20.4 3.4; l 1.8 12 3 12 8; d 12 3 1.7; -d 8.6 12.8 1.7; -d 15.4 12.8 1.7; -r \
8.6 16.2 15.4 17.6 .7; r 1.4 11.4 3.2 16.4 .8; r 20.8 11.4 22.6 16.4 .8
check ok,done,success,tick,valid,approve: l 3.6 4 12.6 9.6 18.2 20 6.8
cross close,error,cancel,remove,wrong: l 3.4 5.4 5.4 18.6 18.6; l 3.4 18.6 5.4 5.4 18.6
plus add,new,create: r 10.2 3 13.8 21 1.6; r 3 10.2 21 13.8 1.6
info information,about,help: d 12 12 9.8; -d 12 7.4 1.5; -r 10.7 10.6 13.3 17.8 1.1
warning caution,danger,hazard: l 3 12 4.6 20.6 19 3.4 19 12 4.6; p 12 4.6 20.6 19 3.4 19; -r 10.8 8.6 13.2 14.2 1; -d 12 16.8 1.4
download install,import: r 10.4 2.6 13.6 12 1; p 5.6 10.4 18.4 10.4 12 17; r 3.4 18.6 20.6 21.6 1.4
upload export,publish: p 5.6 9.2 18.4 9.2 12 2.4; r 10.4 8 13.6 16.4 1; r 3.4 18.6 20.6 21.6 1.4
refresh sync,reload,update,cycle,recycle,retry: a 12 12 8.6 20 160 2.6; a 12 12 8.6 200 340 2.6; p 23.4 12.8 16 14.4 19.6 8.4; p .6 \
11.2 8 9.6 4.4 15.6
trash delete,bin,waste: r 3.6 4.6 20.4 7.2 1; r 9 2.4 15 5.4 1; p 5 8.6 19 8.6 17.8 21.6 6.2 21.6; -l 1.3 9.8 11.4 9.8 18.6; -l 1.3 \
14.2 11.4 14.2 18.6
flag country,milestone,goal,target: r 4 2.4 6.4 22 1; p 6.4 3.4 20.6 3.4 17.4 8.4 20.6 13.4 6.4 13.4
gift present,reward,bonus: r 2.8 7.4 21.2 11.6 1; r 4.2 12.6 19.8 21.6 1.6; -r 11 6 13 22 0; o 9 5 2.9 1.7; o 15 5 2.9 1.7
trophy award,winner,prize,achievement,cup: r 6.6 2.6 17.4 10 0; q 12 9.4 5.4 0 180; o 6.4 6.2 3.9 1.8; o 17.6 6.2 3.9 1.8; r 11 13 13 \
18.4 0; r 7.4 18 16.6 21.6 1
coffee drink,tea,cafe,mug: r 3.4 8 17 20 4; -r 0 6 24 7.9 0; o 17 12.6 4 2; l 1.7 7 2.8 7 5.6; l 1.7 10.2 2.8 10.2 5.6; l 1.7 13.4 \
2.8 13.4 5.6
flask science,lab,chemistry,experiment,test: r 8 2 16 4.4 1; p 9.4 3.6 14.6 3.6 14.6 9 20.8 19.4 19.4 21.8 4.6 21.8 3.2 19.4 9.4 9; \
-d 10.2 16.8 1.4; -d 13.8 14 1.1
game gamepad,gaming,controller,joystick: r 1.6 6.4 22.4 18.6 6; -r 6.2 9.4 7.9 15.6 .4; -r 4 11.6 10.1 13.3 .4; -d 16 14 1.4; -d 18.4 \
10.8 1.4
phone mobile,smartphone,device,call: r 6 1.8 18 22.2 2.8; -r 7.8 4.6 16.2 17.6 .4; -d 12 19.9 1.2
laptop computer,desktop,screen,browser,client,frontend: r 3.6 4 20.4 16.6 2; -r 5.4 5.8 18.6 14.8 .4; r 1 17.6 23 20.2 1.2
wifi network,wireless,signal,connection,broadcast: d 12 18.4 2.2; a 12 18.4 7 222 318 2.4; a 12 18.4 11.6 222 318 2.4; a 12 18.4 16.2 \
225 315 2.4
gateway router,hub,loadbalancer,proxy,switch,queue,broker: d 12 12 3.6; d 4.4 5 2.6; d 19.6 5 2.6; d 4.4 19 2.6; d 19.6 19 2.6; l 1.8 \
4.4 5 19.6 19; l 1.8 19.6 5 4.4 19
money payment,finance,dollar,price,cash,coin,bank: d 12 12 9.8; -a 12 9.6 2.6 100 340 1.7; -a 12 14.4 2.6 -80 160 1.7; -l 1.7 12 5 12 19
tag price,label,sale,discount: p 11.4 2.4 21.6 2.4 21.6 12.6 12.4 21.8 2.2 11.6; -d 17.4 6.6 1.8
pen edit,write,pencil,draw,author: p 16.4 2.4 21.6 7.6 8.2 21 2.4 21.6 3 15.8; -l 1.2 14 6 18 10
palette art,colour,color,design,paint: d 12 12 9.8; -d 15.6 18 3; -d 7 12.4 1.6; -d 9.4 7.6 1.6; -d 14.6 7.2 1.6; -d 17.8 11.2 1.6
eye view,vision,visible,watch,preview: q 12 19.6 12.4 216 324; q 12 4.4 12.4 36 144; -d 12 12 4.3; d 12 12 2.4
link url,chain,connect: l 2.6 10 14 14 10; a 7.6 16.4 4 20 250 2.6; a 16.4 7.6 4 200 430 2.6
box package,parcel,product,delivery,shipping,container,docker: p 12 1.8 21 6.4 12 11 3 6.4; p 2.6 7.8 11.3 12.3 11.3 22.2 2.6 17.6; p \
21.4 7.8 12.7 12.3 12.7 22.2 21.4 17.6
fire flame,hot,burn,trending: p 12.6 1.6 16 6.6 19.4 11 19.4 15.6 16.4 20.4 12 22.2 7.6 20.4 4.6 15.6 5 11.4 7.4 8.4 9 11 11.2 8; -p \
12.2 12 15 16 14.4 19 12 20.4 9.6 19 9.2 16.4
drop water,rain,liquid,blood: d 12 14.6 7; p 12 1.8 18.4 11.8 12 16 5.6 11.8
paw pet,dog,cat,animal: e 7.4 11.4 16.6 20.8; d 5 10.8 2.3; d 9.2 6 2.4; d 14.8 6 2.4; d 19 10.8 2.3
funnel filter,sort,transform,etl: p 2.6 3.4 21.4 3.4 14.4 12.2 14.4 19 9.6 21.6 9.6 12.2
layers stack,layer,embed,embedding,model: p 12 2 22 7.4 12 12.8 2 7.4; l 2 3 12.2 12 17 21 12.2; l 2 3 16.6 12 21.4 21 16.6
"""
