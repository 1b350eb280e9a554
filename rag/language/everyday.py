"""Everyday pairs of words that WordNet does not join, or joins only through a rare sense."""

# Each line is one set of synonyms.
MORE_SYNONYMS = """
say tell state note explain write declare announce remark report mention comment describe argue claim insist maintain
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
survive alive live
live reside resident inhabitant
complain criticize denounce
pledge promise vow
figure number amount total
level standard
lockdown lock seal shut closure confinement
close shut closure
retreat withdraw pull_back
immediately once straightaway instantly promptly
apologize apologise sorry apology
dismiss reject throw_out
oversee supervise manage
demand call urge request
call name dub
unable incapable
afterwards later subsequently after
previously formerly former earlier ex
surge jump soar spike
plunge slump tumble
citizen resident people inhabitant local
netizen user
netizen people
post upload share publish
post write tweet
tweet twitter
look seem appear
halt suspend pause
restart resume reopen restore
reveal disclose expose
gather assemble meet congregate
disperse scatter
angry furious outraged
anger fury outrage rage discontent dissatisfaction resentment
upset anger displease annoy
brave courageous bold bravely
scared afraid frightened
worry concern fear
worried concerned afraid
crackdown repression suppression clampdown
repress suppress crush quell
violence brutality
forcibly forcefully
excessive undue extreme
strict tough harsh severe rigid
extremely very highly exceedingly
huge vast giant large
tiny small little
shortage lack scarcity
lack without
food supplies groceries
income earnings
medical health
hospital clinic
surround encircle
block obstruct bar stand
barrier barricade fence wall
remove take_away take tear_down dismantle
tear_down demolish remove
break_down tear_down smash demolish
escape flee get_out
attempt try effort
capable able
metropolis city
province region
district area neighbourhood neighborhood
building block tower
apartment flat home residence
hurt harm injure
blast explosion
cause trigger spark prompt lead
due because owing
reason cause factor
result consequence outcome effect
predict forecast foresee expect
future forward ahead
possibility option scenario prospect
possible potential
path course direction road route
continue keep persist go_on
battle fight combat
policy strategy approach campaign program
measure step action
goal aim target objective
plan scheme proposal project
idea notion concept
crisis emergency turmoil
turmoil unrest chaos
revolt rebellion uprising revolution
overthrow oust topple
ouster removal resignation overthrow
resign step_down quit
resignation ouster
army military troops forces soldiers
soldier troops
weapon arms
attack assault strike raid
strike walkout stoppage
wage pay salary
union labor
lawmaker legislator parliamentarian
president leader
chairman chair chief head
spokesman spokesperson spokeswoman
reporter journalist correspondent
newspaper paper daily
study survey research investigation
research study
investigate probe examine
evidence proof
symbol sign emblem
sheet page paper
hold display carry
solidarity support
mourn commemorate remember
memorial commemoration
victim casualty
rescue save
rescue rescuer
firefighter fireman
ambulance paramedic
patrol guard
guard protect
deploy send dispatch station
send dispatch
stay remain
arrive reach come
disappear vanish
lose shed
discover find detect learn
notice see observe spot
famous famed known renowned notorious
regard consider deem view
punish punishable penalty
crime offence offense
permission approval consent
approve authorize endorse
cancel scrap abandon call_off
postpone delay put_off
replace substitute
appoint name hire
employ hire recruit
dismiss fire sack lay_off
expand extend enlarge
shrink contract
widen broaden
narrow limit
prevent stop block
avert prevent avoid
obtain get secure
spend use
consume use
use utilize employ
utilise use
organise organize arrange
afterward after
overnight night
midday noon
dawn sunrise daybreak
dusk sunset nightfall
near close beside
main major chief principal
entire whole
usual normal ordinary
strange odd unusual
rare unusual uncommon
frequent common
complete finish
complete whole total
unfinished incomplete
mistake error
error fault
scholarship grant
harvest crop yield
farmer grower
villager resident
driver motorist
pedestrian walker
bike bicycle cyclist
cargo freight
shop store
retailer store shop
supermarket store
pupil student
kindergarten preschool
tuition fee
rent lease
landlord owner
owner proprietor
founder creator
invent create
produce make manufacture
factory plant mill
goods products merchandise
product item
trade commerce
economy economic
inflation price
unemployment jobless
tax levy duty
budget spending
debt loan
loan mortgage
donate give contribute
donation gift contribution
charity nonprofit
volunteer helper
refugee migrant asylum
immigrant migrant
border frontier
treaty agreement accord pact deal
negotiate bargain talk
meeting gathering conference summit
speech address
criticise criticize
condemn denounce
welcome greet
celebrate mark
win secure earn
match game
championship tournament
trophy cup
coach manager trainer
singer vocalist
song track
film picture
painting picture
photo photograph picture image
picture photograph
novel book
author writer
poem verse
actor actress performer
audience crowd spectators
tourist visitor traveller traveler
hotel inn
flight plane
passenger traveller traveler
crash accident collision
collide crash hit
derail crash
sink founder
storm gale
drought dryness
heat warmth
snowfall snow
landslide mudslide
volcano eruption
species kind
animal creature
forest woods woodland
river stream
lake pond
ocean sea
climate weather
pollution contamination
emission pollution
fuel oil petrol gasoline
electricity power energy
outage blackout
computer pc
phone telephone mobile
software program
hack breach
data information
message text note
email mail
platform site website
user person people
ban block
account profile
censor delete scrub remove erase
delete remove erase scrub wipe
censorship control
freedom liberty
right entitlement
democracy democratic
election vote poll
candidate nominee
voter elector
majority most
minority few
mixed varied diverse
varied diverse different
recommend suggest advise propose
suggest propose
inform tell notify
contact reach call
offer provide present propose
supply provide
provide give
include comprise contain cover
method approach technique
model framework
propose introduce present
introduce present
improve enhance boost better
boost increase raise
perform execute
performance efficiency
accurate precise correct exact
robust resilient
novel new
demonstrate show prove
prove demonstrate
achieve attain accomplish reach
evaluate assess
analyse analyze examine
compare contrast
explore investigate examine
feature attribute characteristic function
feature aspect
ability capability capacity
advantage benefit merit
drawback disadvantage shortcoming
interested keen
potential prospective
representative agent
discount reduction rebate
affordable cheap inexpensive reasonable
expensive costly pricey high
customized tailored personalized
tailor customize
extensive comprehensive wide broad
selection range choice variety
range variety array
package plan bundle
policy plan
coverage protection
schedule arrange plan
appointment meeting call
respond reply react
mention refer note
highlight emphasize stress underline underscore
emphasise emphasize stress
"""
# A word and, after the colon, its opposites; each pair counts both ways.
MORE_ANTONYMS = """
increase:decrease,fall,drop,decline,shrink,reduce,lower
rise:fall,drop,decline,decrease,sink,plunge
rise:fall grow:shrink,decline up:down high:low higher:lower more:less,fewer most:least,few many:few
gain:lose,loss win:lose,defeat victory:defeat,loss success:failure succeed:fail
allow:forbid,ban,prohibit,bar,block,prevent permit:forbid,ban,prohibit let:forbid,prevent,stop
accept:reject,refuse,decline,deny approve:reject,oppose,cancel,call_off,halt agree:disagree,refuse admit:deny confirm:deny
support:oppose,reject,resist favor:oppose back:oppose praise:criticize,condemn,denounce welcome:condemn,criticize
open:close,shut,closed reopen:close,shut,closed
unblock:close,block restart:stop,suspend start:stop,end,finish,halt begin:end,stop,finish launch:cancel,end resume:suspend,halt,stop
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
uphold:dismiss,overturn,reject,quash confirm:overturn please:upset,anger,displease delight:upset,anger praise:blame,criticise,denounce
dead:alive,unharmed,safe,living unharmed:injured,hurt,dead,wounded safe:hurt,injured,dead kill:save,spare,rescue infect:cure,kill
slightly:seriously,severely,badly,heavily lightly:heavily,severely mild:severe,serious minor:serious,severe gentle:fierce,violent
narrowly:overwhelmingly,clearly,comfortably barely:easily partly:fully,completely,entirely partially:fully,completely,entirely
gradually:suddenly,abruptly slowly:rapidly,quickly,fast temporarily:permanently openly:secretly publicly:privately,secretly
voluntarily:forcibly voluntary:forced,compulsory,mandatory optional:compulsory,mandatory forced:voluntary
plant:fell,uproot,cut_down cut_down:plant,grow donate:sell,steal give:sell,steal,lend sell:give,donate,buy win:tie,lose earn:owe,lose
approve:postpone,reject,veto,shelve pass:reject,block,postpone adopt:reject,abandon grant:refuse,deny,withhold,revoke
appoint:dismiss,sack,fire elect:oust promote:demote employ:dismiss,sack confirm:withdraw recruit:dismiss
arrest:free,pardon,acquit convict:acquit guilty:innocent sentence:acquit,pardon charge:clear,acquit accuse:clear,exonerate,defend,praise
tighten:lift impose:abolish,scrap introduce:abolish,scrap,withdraw enforce:waive,relax extend:shorten,cut widen:narrow
lengthen:shorten raise:reduce,decrease double:halve expand:contract,downsize multiply:divide boost:cut,reduce,weaken
encourage:dissuade help:hinder,hamper hinder:help,facilitate facilitate:hinder,hamper ease:aggravate calm:inflame
unite:split agree:disagree,clash cooperate:compete meet:avoid approach:avoid attract:repel,deter invite:expel,ban include:omit
gather:scatter assemble:disband form:dissolve found:dissolve,close establish:abolish,dissolve open:closed
appear:disappear,vanish emerge:vanish,disappear arrive:flee stay:flee,leave,go remain:leave,vanish return:leave keep:discard,abandon
hide:reveal,show,expose conceal:reveal,expose,disclose reveal:hide,conceal deny:acknowledge acknowledge:deny
doubt:believe,trust believe:doubt,disbelieve know:ignore understand:misunderstand remember:forgot
thick:thin deep:shallow sharp:blunt loud:quiet,silent bright:dark,dim full:empty fresh:stale,rotten crowded:empty,deserted busy:idle,quiet
tall:short steep:flat smooth:rough soft:hard tight:loose rare:frequent scarce:abundant ample:scarce poor:wealthy,excellent
excellent:poor,terrible popular:unpopular famous:unknown,obscure modern:ancient,old,outdated ancient:modern,new recent:ancient,old
urban:rural city:village rural:urban coastal:inland upper:lower top:bottom front:back,rear internal:external inner:outer indoor:outdoor
former:current,future present:former current:former,previous future:past past:future next:last,previous early:late first:second,third
senior:junior junior:senior adult:child minor:adult parent:child teacher:student employer:employee buyer:seller landlord:tenant
winner:loser victim:perpetrator,attacker attacker:victim hero:villain,coward guest:host ally:opponent,rival supporter:opponent,critic
critic:supporter,admirer civilian:soldier,military officer:private conservative:liberal,progressive democrat:republican left-wing:right-wing
capitalist:communist secular:religious foreign:local,native immigrant:emigrant import:domestic urban:countryside
summer:winter spring:autumn,fall,winter autumn:spring,summer winter:spring dawn:dusk,sunset sunrise:sunset noon:midnight midday:midnight
positive:unfavourable,harmful promising:disappointing useful:useless harmless:harmful,dangerous healthy:ill,sick,unhealthy sick:healthy,well
active:inactive,passive available:unavailable visible:invisible conscious:unconscious armed:unarmed employed:unemployed
married:single,divorced,unmarried vaccinated:unvaccinated registered:unregistered legal:unlawful lawful:unlawful valid:invalid
brave:cowardly,timid bravely:timidly confident:nervous,unsure generous:stingy honest:dishonest loyal:disloyal polite:rude kind:cruel
"""
