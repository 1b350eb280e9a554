"""Everyday pairs of words that WordNet does not join, or joins only through a rare sense."""

# Each line is one set of synonyms.
MORE_SYNONYMS = """
say tell state add note explain write declare announce remark report mention comment describe argue claim insist maintain
decline refuse reject deny
protest demonstration rally unrest
protester demonstrator marcher
protest demonstrate rally march
government authority administration regime official
officer police policeman cop
movie film
kid child youngster
large big huge massive enormous major
buy purchase acquire
begin start commence launch resume
finish end conclude
stop halt cease end
let allow permit
ban forbid prohibit bar outlaw
kill murder
injure wound hurt
help assist aid
get receive obtain gain
show reveal demonstrate display indicate
need require demand
arrest detain apprehend
free release
increase rise grow climb
decrease fall drop decline shrink reduce
fast quick rapid swift
car vehicle automobile
home house residence
city town metropolis
country nation state
company firm business
job work employment
leave depart exit
arrive come reach
build construct erect
fire blaze
old elderly aged
elderly senior
ill sick
doctor physician
scholar researcher academic scientist
big large
important significant key
hard difficult tough
easy simple
answer reply respond response
ask question inquire
accuse blame
think believe
clip video footage
film record
internet web online
epidemic pandemic outbreak
virus coronavirus covid
covid coronavirus
lockdown closure
lift remove end
rule regulation restriction
rule govern
limit restrict curb
quarantine isolation
isolate seal
shot vaccination vaccine jab dose
choose pick select opt elect
huge enormous vast
empty blank
forbid disallow
teen teenager
student pupil
teacher instructor
woman female lady
man male guy
girl woman
boy man
flee escape
ready prepared
victory win triumph
defeat loss
defeat beat
lead head
boss chief head leader
worker employee staff
customer client buyer
price cost fee
salary wage pay
money cash fund
flat apartment
railway train rail
plane aircraft airplane jet
ship vessel boat
road street highway
rain rainfall
storm hurricane
quake earthquake
flood flooding
fix repair mend
damage harm
destroy wreck demolish ruin
watch see view
happen occur
discuss talk debate
talk speak
vote ballot
law legislation act
court tribunal
judge justice
lawyer attorney
jail prison
die perish
dead death die
dead die deceased
sell sale
grow growth
lose loss
fail failure
"""
# A word and, after the colon, its opposites; each pair counts both ways.
MORE_ANTONYMS = """
increase:decrease,fall,drop,decline,shrink,reduce,lower
rise:fall,drop,decline,decrease,sink,plunge
rise:fall grow:shrink,decline up:down high:low higher:lower more:less,fewer most:least,few many:few
gain:lose,loss win:lose,defeat victory:defeat,loss success:failure succeed:fail
allow:forbid,ban,prohibit,bar,block,prevent permit:forbid,ban,prohibit let:forbid,prevent,stop
accept:reject,refuse,decline,deny approve:reject,oppose agree:disagree,refuse admit:deny confirm:deny
support:oppose,reject,resist favor:oppose back:oppose praise:criticize,condemn,denounce welcome:condemn,criticize
open:close,shut,closed start:stop,end,finish,halt begin:end,stop,finish launch:cancel,end resume:suspend,halt,stop
lift:impose tighten:ease,relax,loosen impose:lift,remove expand:reduce,shrink,cut add:remove,subtract build:demolish,destroy
hire:fire,dismiss buy:sell lend:borrow give:take arrive:leave,depart enter:leave,exit import:export
arrest:release,free detain:release,free jail:free lock:unlock,unblock block:unblock,allow
before:after early:late earlier:later above:below over:under inside:outside within:outside
first:last north:south east:west northern:southern eastern:western northeast:southwest northwest:southeast left:right
old:young,new older:younger,newer new:old big:small large:small larger:smaller long:short longer:shorter wide:narrow
strong:weak stronger:weaker good:bad better:worse best:worst rich:poor safe:dangerous,unsafe easy:difficult,hard
fast:slow quick:slow quickly:slowly rapid:slow hot:cold warm:cool,cold wet:dry clean:dirty heavy:light cheap:expensive
legal:illegal possible:impossible likely:unlikely certain:uncertain able:unable known:unknown common:rare,uncommon
public:private,secret local:foreign,national domestic:foreign male:female man:woman boy:girl husband:wife father:mother son:daughter
brother:sister king:queen alive:dead live:die survive:die,perish birth:death life:death day:night morning:evening
peaceful:violent calm:violent war:peace enemy:ally,friend friend:enemy love:hate like:dislike trust:distrust
true:false right:wrong correct:incorrect,wrong positive:negative optimistic:pessimistic happy:sad,unhappy
remember:forget find:lose create:destroy save:destroy,spend,waste improve:worsen,deteriorate strengthen:weaken
faster:slower cheaper:dearer always:never often:rarely,seldom frequently:rarely,seldom everyone:nobody everything:nothing
attack:defend advance:retreat,withdraw push:pull raise:lower,cut include:exclude present:absent attend:miss,skip
temporary:permanent partial:full,complete,total minor:major minority:majority direct:indirect specific:general
proven:unproven effective:ineffective efficient:inefficient sufficient:insufficient adequate:inadequate
relevant:irrelevant stable:unstable equal:unequal similar:different same:different simple:complex
benefit:harm advantage:disadvantage profit:loss surplus:deficit income:expense supply:demand
ease:tighten,worsen relax:tighten loosen:tighten worsen:improve,ease relieve:worsen speed:slow,delay hasten:slow,delay
accelerate:slow delay:hasten slow:speed,hasten peace:violence unite:divide join:leave,quit connect:disconnect
encourage:discourage,deter urge:discourage enable:prevent,disable deny:confirm,admit hope:despair
calm:anger widespread:isolated,rare unprecedented:common,usual unusual:usual,common,typical rare:common,frequent
defy:obey obey:defy,disobey disperse:gather,assemble gather:disperse
"""
